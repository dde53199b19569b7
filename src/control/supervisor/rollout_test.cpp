// A roll-out as a function of what becomes of its starts.
#include "control/supervisor/rollout.h"

#include <gtest/gtest.h>

namespace headroom::supervisor {
namespace {

using namespace std::chrono_literals;

constexpr Now at(Duration d) {
  return {.wall = wall_from_unix_ns(0) + 1h + d, .elapsed = Instant(1h + d)};
}

/// One that rolls since a second.
Rollout rolling() {
  Rollout rollout(at(0s));
  rollout.begin_anew(at(1s));
  rollout.look(true, false, at(1s));
  return rollout;
}

/// Starts one after the other that fail; how many until it was given up.
int failures_until_given_up(Rollout& rollout, int attempts, int at_most) {
  for (int i = 1; i <= at_most; ++i)
    if (rollout.start_failed(at(i * 10s).elapsed, attempts, at(i * 10s + 1s))) return i;
  return 0;
}

TEST(RolloutTest, lasts_from_another_version_to_the_last_replica_of_the_one_before) {
  Rollout rollout = rolling();
  EXPECT_EQ(rollout.state(), RolloutState::rolling);
  EXPECT_EQ(rollout.since().wall, at(1s).wall);
  rollout.became_ready(at(2s));
  rollout.look(true, false, at(2s));
  EXPECT_EQ(rollout.state(), RolloutState::rolling);
  EXPECT_EQ(rollout.since().wall, at(1s).wall);
  rollout.look(false, true, at(3s));
  EXPECT_EQ(rollout.state(), RolloutState::idle);
  EXPECT_EQ(rollout.since().wall, at(3s).wall);
}

TEST(RolloutTest, is_given_up_after_as_many_failed_starts_in_a_row_as_stated) {
  Rollout rollout = rolling();
  EXPECT_EQ(failures_until_given_up(rollout, 5, 10), 5);
  EXPECT_TRUE(rollout.given_up());
  EXPECT_EQ(rollout.failed_starts(), 5);
  EXPECT_EQ(rollout.since().elapsed, at(51s).elapsed);
  EXPECT_EQ(failures_until_given_up(rollout, 5, 10), 0) << "once is enough";
}

TEST(RolloutTest, a_start_that_succeeds_ends_the_row) {
  Rollout rollout = rolling();
  EXPECT_EQ(failures_until_given_up(rollout, 5, 4), 0);
  rollout.became_ready(at(45s));
  EXPECT_EQ(rollout.failed_starts(), 0);
  EXPECT_FALSE(rollout.start_failed(at(50s).elapsed, 5, at(51s)));
}

TEST(RolloutTest, starts_that_fail_together_count_once) {
  Rollout rollout = rolling();
  for (int i = 0; i < 10; ++i)
    EXPECT_FALSE(rollout.start_failed(at(2s).elapsed, 2, at(3s + i * 1ms))) << i;
  EXPECT_EQ(rollout.failed_starts(), 1);
}

TEST(RolloutTest, a_first_start_is_never_given_up) {
  Rollout rollout(at(0s));
  EXPECT_EQ(failures_until_given_up(rollout, 5, 100), 0);
  EXPECT_EQ(rollout.state(), RolloutState::idle);
}

TEST(RolloutTest, given_up_stays_so_until_it_is_begun_anew_or_one_becomes_ready) {
  Rollout rollout = rolling();
  (void)failures_until_given_up(rollout, 2, 2);
  rollout.look(true, false, at(60s));
  rollout.look(false, false, at(61s));
  EXPECT_TRUE(rollout.given_up());
  Rollout goes_on = rollout;
  rollout.begin_anew(at(62s));
  EXPECT_EQ(rollout.state(), RolloutState::rolling);
  EXPECT_EQ(rollout.failed_starts(), 0);
  goes_on.became_ready(at(62s));
  EXPECT_EQ(goes_on.state(), RolloutState::rolling);
}

TEST(RolloutTest, without_the_replicas_of_the_version_before_it_is_not_over_until_it_is_settled) {
  Rollout rollout = rolling();
  rollout.look(false, false, at(2s));
  EXPECT_EQ(rollout.state(), RolloutState::rolling) << "the new version has yet to start";
  EXPECT_EQ(failures_until_given_up(rollout, 3, 3), 3);
}

}  // namespace
}  // namespace headroom::supervisor
