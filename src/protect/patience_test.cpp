// How long waiting is of use, and when it is in vain.
#include "protect/patience.h"

#include <gtest/gtest.h>

namespace headroom::protect {
namespace {

using namespace std::chrono_literals;

TEST(ServiceTime, is_the_mean_of_the_first_few_and_then_follows) {
  ServiceTime time;
  EXPECT_EQ(time.mean(), 0ns) << "nothing is known";
  time.record(30ms);
  time.record(50ms);
  EXPECT_EQ(time.mean(), 40ms);
  for (int i = 0; i < 300; ++i) time.record(100ms);
  EXPECT_NEAR(milliseconds(time.mean()), 100, 0.1);
  time.record(132ms);
  EXPECT_NEAR(milliseconds(time.mean()), 101, 0.1) << "one of 32";
}

TEST(Patience, is_what_the_objective_leaves_and_a_quarter_of_it_at_least) {
  EXPECT_EQ(patience(150ms, 0ms), 150ms);
  EXPECT_EQ(patience(150ms, 50ms), 100ms);
  EXPECT_EQ(patience(100ms, 75ms), 25ms);
  EXPECT_EQ(patience(100ms, 90ms), 25ms);
  EXPECT_EQ(patience(100ms, 5s), 25ms);
}

Crowd crowd(std::size_t before, std::size_t places, Duration service_time, Duration standing = {}) {
  return {.before = before, .places = places, .service_time = service_time, .standing = standing};
}

TEST(Patience, a_queue_moves_on_as_places_become_free) {
  EXPECT_EQ(crowd(0, 1, 40ms).expected_wait(), 0ms) << "the next one";
  EXPECT_EQ(crowd(1, 1, 40ms).expected_wait(), 40ms);
  EXPECT_EQ(crowd(16, 8, 40ms).expected_wait(), 80ms);
  EXPECT_EQ(crowd(15, 0, 40ms).expected_wait(), 0ms) << "nobody can tell";
  EXPECT_EQ(crowd(15, 8, 0ms).expected_wait(), 0ms) << "nobody can tell";
}

TEST(Patience, a_newcomer_comes_in_vain_where_half_of_it_would_be_used_up) {
  EXPECT_FALSE(in_vain(crowd(49, 1, 1ms), 100ms));
  EXPECT_TRUE(in_vain(crowd(51, 1, 1ms), 100ms));
  EXPECT_FALSE(in_vain(crowd(0, 1, 1ms), 0ms));
  EXPECT_TRUE(in_vain(crowd(0, 1, 1ms), -1ns)) << "its time is over already";
}

TEST(Patience, a_queue_that_stands_is_kept_as_short_as_keeps_replicas_busy) {
  EXPECT_FALSE(in_vain(crowd(13, 1, 1ms, 99ms), 100ms)) << "it may be a burst";
  EXPECT_TRUE(in_vain(crowd(13, 1, 1ms, 101ms), 100ms));
  EXPECT_FALSE(in_vain(crowd(12, 1, 1ms, 1h), 100ms));
  EXPECT_FALSE(in_vain(crowd(1, 1, 40ms, 1h), 100ms)) << "who is served next";
  EXPECT_TRUE(in_vain(crowd(2, 1, 40ms, 1h), 100ms));
}

}  // namespace
}  // namespace headroom::protect
