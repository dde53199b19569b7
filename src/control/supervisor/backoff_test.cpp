// Waiting after failures, as a function of time that the test sets.
#include "control/supervisor/backoff.h"

#include <gtest/gtest.h>

namespace headroom::supervisor {
namespace {

using namespace std::chrono_literals;

constexpr Instant at(Duration d) {
  return Instant(1h + d);
}

TEST(BackoffTest, each_failed_start_doubles_the_wait_up_to_its_limit) {
  Backoff backoff({.first = 500ms, .longest = 30s, .healthy_after = 60s});
  Instant now = at(0s);
  for (const Duration wait : {500ms, 1000ms, 2000ms, 4000ms, 8000ms, 16000ms, 30000ms, 30000ms}) {
    backoff.failed(now, now, std::nullopt);
    EXPECT_EQ(backoff.not_before() - now, wait);
    EXPECT_EQ(backoff.start_limit(now + wait - 1ms, 0), 0);
    EXPECT_EQ(backoff.start_limit(now + wait, 0), 1);
    now += wait;
  }
}

TEST(BackoffTest, replicas_that_fail_together_count_once) {
  Backoff backoff({});
  for (int i = 0; i < 10; ++i) backoff.failed(at(5s + i * 1ms), at(0s), std::nullopt);
  EXPECT_EQ(backoff.failures(), 1);
  EXPECT_EQ(backoff.not_before(), at(5500ms));
}

TEST(BackoffTest, after_a_failed_start_they_are_tried_one_at_a_time_until_one_is_ready) {
  Backoff backoff({});
  backoff.failed(at(0s), at(0s), std::nullopt);
  EXPECT_EQ(backoff.start_limit(at(1s), 0), 1);
  EXPECT_EQ(backoff.start_limit(at(1s), 1), 0);
  backoff.became_ready(at(2s));
  EXPECT_GT(backoff.start_limit(at(2s), 1), 100);
}

TEST(BackoffTest, a_replica_that_crashes_soon_after_it_was_ready_is_waited_for_too) {
  Backoff backoff({});
  backoff.became_ready(at(1s));
  backoff.failed(at(3s), at(0s), 2s);
  EXPECT_EQ(backoff.not_before(), at(3500ms));
  EXPECT_GT(backoff.start_limit(at(4s), 1), 100);
  backoff.became_ready(at(5s));
  backoff.failed(at(6s), at(4s), 1s);
  EXPECT_EQ(backoff.not_before(), at(7s));
}

TEST(BackoffTest, a_replica_that_served_long_enough_is_replaced_without_a_wait) {
  Backoff backoff({});
  backoff.became_ready(at(0s));
  backoff.failed(at(60s), at(0s), 60s);
  EXPECT_GT(backoff.start_limit(at(60s), 0), 100);
}

TEST(BackoffTest, a_minute_of_health_makes_failures_forgotten) {
  Backoff backoff({});
  for (const Duration t : {0s, 10s, 20s}) backoff.failed(at(t), at(t), std::nullopt);
  EXPECT_EQ(backoff.failures(), 3);
  backoff.became_ready(at(30s));
  backoff.failed(at(89s), at(80s), 5s);
  EXPECT_EQ(backoff.failures(), 4);
  backoff.became_ready(at(100s));
  backoff.failed(at(160s), at(150s), 5s);
  EXPECT_EQ(backoff.failures(), 1);
}

TEST(BackoffTest, a_new_configuration_starts_afresh) {
  Backoff backoff({});
  backoff.failed(at(0s), at(0s), std::nullopt);
  backoff.reset();
  EXPECT_GT(backoff.start_limit(at(0s), 5), 100);
  EXPECT_EQ(backoff.failures(), 0);
}

}  // namespace
}  // namespace headroom::supervisor
