// What seconds add up to: shares, the worst five minutes, the longest spell, replicas.
#include "prove/tally.h"

#include <gtest/gtest.h>

namespace headroom::prove {
namespace {

constexpr double ten_each = 10;

/// So many seconds of ten arrivals each, of which `missed` were late.
void live(Tally& tally, int seconds, double missed, double replicas = 2) {
  for (int i = 0; i < seconds; ++i)
    tally.add({.arrivals = ten_each, .late = missed, .replica_seconds = replicas});
}

TEST(Tally, the_worst_five_minutes_may_begin_at_any_window) {
  Tally tally(0);
  live(tally, 450, 0);
  live(tally, 60, 5);
  live(tally, 3000, 0);
  const Score score = tally.score();
  EXPECT_DOUBLE_EQ(score.worst_share, 60 * 5 / (300 * ten_each));
  EXPECT_DOUBLE_EQ(score.missed_share(), 60 * 5 / (3510 * ten_each));
  EXPECT_DOUBLE_EQ(score.longest_spell_s, 60);
}

TEST(Tally, a_bad_beginning_is_no_five_minutes_by_itself) {
  Tally tally(0);
  live(tally, 10, 10);
  live(tally, 600, 0);
  EXPECT_DOUBLE_EQ(tally.score().worst_share, 10.0 / 300);
}

TEST(Tally, a_run_shorter_than_five_minutes_is_judged_as_a_whole) {
  Tally tally(0);
  live(tally, 47, 0);
  live(tally, 53, 1);
  EXPECT_DOUBLE_EQ(tally.score().worst_share, 0.053);
}

TEST(Tally, no_more_than_all_are_missed_though_they_came_before) {
  Tally tally(0);
  tally.add({.arrivals = 1, .shed = 50});
  EXPECT_DOUBLE_EQ(tally.score().worst_share, 1);
}

TEST(Tally, history_does_not_count) {
  Tally tally(100);
  live(tally, 100, 10, 50);
  live(tally, 400, 0, 3);
  const Score score = tally.score();
  EXPECT_EQ(score.worst_share, 0);
  EXPECT_EQ(score.replicas_peak, 3);
  EXPECT_EQ(score.scored_s, 400);
}

TEST(Tally, replicas_have_a_peak_and_a_mean) {
  Tally tally(0);
  live(tally, 30, 0, 2);
  live(tally, 10, 0, 6);
  const Score score = tally.score();
  EXPECT_EQ(score.replicas_peak, 6);
  EXPECT_DOUBLE_EQ(score.replicas_mean(), 3);
}

TEST(Score, several_runs_add_up_and_the_worst_of_them_stays) {
  Score all;
  for (const double missed : {1.0, 3.0}) {
    Tally tally(0);
    live(tally, 300, missed, missed);
    all.add(tally.score());
  }
  EXPECT_EQ(all.runs, 2);
  EXPECT_DOUBLE_EQ(all.missed_share(), 0.2);
  EXPECT_DOUBLE_EQ(all.worst_share, 0.3);
  EXPECT_DOUBLE_EQ(all.replicas_peak, 3);
  EXPECT_DOUBLE_EQ(all.replicas_mean(), 2);
  const Score one = all.per_run();
  EXPECT_DOUBLE_EQ(one.replica_seconds, 600);
  EXPECT_DOUBLE_EQ(one.requests, 3000);
  EXPECT_DOUBLE_EQ(one.missed_share(), 0.2);
  EXPECT_DOUBLE_EQ(one.replicas_mean(), 2);
}

}  // namespace
}  // namespace headroom::prove
