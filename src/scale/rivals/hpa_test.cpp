// The HPA over time: how late it answers, what it holds, what it ignores.
#include "scale/rivals/hpa.h"

#include <gtest/gtest.h>

#include <limits>

#include "scale/rivals/watched_for_test.h"

namespace headroom::rivals {
namespace {

HpaConfig on_cpu(double target = 0.5) {
  HpaConfig config = HpaConfig::on_cpu();
  config.target = target;
  config.bounds = {.min = 1, .max = 40};
  return config;
}

HpaConfig on_rate(double target = 50) {
  HpaConfig config = HpaConfig::on_rate();
  config.target = target;
  config.bounds = {.min = 1, .max = 40};
  return config;
}

TEST(Hpa, external_averages_are_worked_out_by_hand) {
  struct Case {
    const char* rule;
    std::int64_t usage, target;
    int replicas, expected;
  };
  constexpr Case cases[] = {
      {"on target: nothing to do", 200, 50, 4, 4},
      {"10% above is within the tolerance", 220, 50, 4, 4},
      {"more than 10% above: usage / target, rounded up", 221, 50, 4, 5},
      {"10% below is within the tolerance", 180, 50, 4, 4},
      {"more than 10% below: usage / target, rounded up", 149, 50, 4, 3},
      {"a quarter of a replica is one", 12, 50, 4, 1},
      {"no usage needs none", 0, 50, 4, 0},
      {"without replicas any usage is outside the tolerance", 120, 50, 0, 3},
      {"tolerance compares with the replicas that exist, not with those wanted", 200, 50, 3, 4},
      {"more than a count can hold is cut", std::numeric_limits<std::int64_t>::max(), 1, 1,
       std::numeric_limits<int>::max()},
      {"the greatest usage at the greatest target is one", std::numeric_limits<std::int64_t>::max(),
       std::numeric_limits<std::int64_t>::max(), 1, 1},
  };
  for (const Case& one : cases)
    EXPECT_EQ(hpa_external_proposal(one.usage, one.target, one.replicas, {}).replicas, one.expected)
        << one.rule;
  EXPECT_EQ(hpa_external_proposal(std::numeric_limits<std::int64_t>::max(), 1, 1, {}).mean,
            std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(hpa_external_proposal(10, 1, 3, {}).mean, 4);
}

/// CPU rises from 50% to 100% of the request just after second `step_s`.
int answer_to_cpu(const HpaConfig& config, int step_s) {
  Hpa hpa(config);
  Watched world(hpa);
  world.ready(4);
  world.cpu(0.5);
  EXPECT_EQ(world.until(step_s), 4);
  world.cpu(1);
  return world.changes_at(4, 400) - step_s;
}

TEST(Hpa, cpu_is_answered_after_kubelet_metrics_server_and_sync) {
  // Just after the reading of second 60: the next, of 75, holds 15 s of it, arrives at 80, and the
  // sync of 87 acts on it.
  EXPECT_EQ(answer_to_cpu(on_cpu(), 60), 27);
  // In the middle: the reading of 75 already says 73%, far enough from 50%.
  EXPECT_EQ(answer_to_cpu(on_cpu(), 68), 19);
  // Just before the reading of 75, which hardly shows it: the next, of 90, arrives at 95, and the
  // sync of 102 acts on it.
  EXPECT_EQ(answer_to_cpu(on_cpu(), 74), 28);
}

TEST(Hpa, with_a_fresh_signal_only_the_period_of_the_sync_is_left) {
  HpaConfig config = on_cpu();
  config.signal = Signal::fresh();
  EXPECT_EQ(answer_to_cpu(config, 60), 12);
  EXPECT_EQ(answer_to_cpu(config, 71), 1);
  EXPECT_EQ(answer_to_cpu(config, 72), 15);
}

TEST(Hpa, a_rate_is_answered_as_far_as_its_window_shows_it) {
  Hpa hpa(on_rate(50));
  Watched world(hpa);
  world.ready(2);
  world.seen.arrivals = 100;
  EXPECT_EQ(world.until(120), 2);
  world.seen.arrivals = 200;
  // The scrape of 135 shows 45 s of the old rate and 15 s of the new: 125/s; of 150: 150/s;
  // of 165: 175/s. The syncs are 7 s after the scrapes.
  EXPECT_EQ(world.changes_at(2, 300), 142);
  EXPECT_EQ(world.until(142), -1);  // nothing is left to do
  EXPECT_EQ(world.second(), 3);
  world.ready(1);
  EXPECT_EQ(world.until(171), 3);
  EXPECT_EQ(world.until(172), 4);
}

TEST(Hpa, a_fall_is_followed_when_the_last_higher_proposal_is_as_old_as_the_window) {
  Hpa hpa(on_rate(50));
  Watched world(hpa);
  world.ready(8);
  world.seen.arrivals = 400;
  EXPECT_EQ(world.until(600), 8);
  world.seen.arrivals = 100;
  // Syncs: 607 (400/s), 622 (325/s: 7), 637 (250/s: 5), 652 (175/s: 4), 667 (100/s: 2) and so on.
  // Each proposal holds until it is 300 s old: that of 607, 8 replicas, until 907.
  EXPECT_EQ(world.changes_at(8, 2000), 907);
  world.seen.replicas.resize(7);
  EXPECT_EQ(world.until(921), 7);
  EXPECT_EQ(world.second(), 5);
  EXPECT_EQ(world.until(967), 2);
}

TEST(Hpa, what_is_still_starting_is_not_asked_for_again) {
  Hpa hpa(on_cpu());
  Watched world(hpa);
  world.ready(2);
  world.cpu(1);
  // Usage is twice the target: 4.
  const int at = world.changes_at(2, 200);
  ASSERT_GT(at, 0);
  world.starting(2);
  world.cpu(1);
  // The new ones count with no usage as long as they have no sample of their work.
  EXPECT_EQ(world.until(at + 120), 4);
}

TEST(Hpa, starting_replicas_without_a_sample_hold_back_a_fall) {
  HpaConfig config = on_cpu(0.8);
  config.behavior->down.window_s = 0;
  Hpa hpa(config);
  Watched world(hpa);
  world.ready(4);
  world.cpu(0.8);
  EXPECT_EQ(world.until(100), 4);
  world.seen.replicas.resize(2);
  world.starting(2);
  world.cpu(0.4);
  // The two ready ones use 40%, the others, without a sample, are taken at 100%: 70% of 80% on
  // four replicas is four. Their first sample is of 105 to 120, arrives at 125 and says that they
  // have never been ready, so from the sync of 132 on they do not count: half of two is one.
  EXPECT_EQ(world.changes_at(4, 300), 132);
  EXPECT_EQ(world.second(), 1);
}

TEST(Hpa, without_any_metric_nothing_changes) {
  for (const HpaMetric metric : {HpaMetric::cpu, HpaMetric::rate}) {
    Hpa hpa(metric == HpaMetric::cpu ? on_cpu() : on_rate());
    Watched world(hpa);
    world.ready(5);
    world.seen.arrivals = 1000;
    world.cpu(1);
    world.seen.completeness = 0;
    EXPECT_EQ(world.second(), 1) << "nothing seen yet: the least";
    EXPECT_EQ(world.until(500), 1);
  }
}

TEST(Hpa, a_loss_of_evidence_neither_forgets_nor_lowers) {
  Hpa hpa(on_cpu());
  Watched world(hpa);
  world.ready(4);
  world.cpu(0.5);
  EXPECT_EQ(world.until(100), 4);
  const scale::ServiceSeen before = world.seen;
  world.seen = {};
  world.seen.completeness = 0;
  EXPECT_EQ(world.until(700), 4);
  world.seen = before;
  EXPECT_EQ(world.until(800), 4);
}

TEST(Hpa, without_behavior_a_rise_is_at_most_twofold_or_to_four) {
  HpaConfig config = on_rate(1);
  config.behavior.reset();
  config.signal = Signal::fresh();
  Hpa hpa(config);
  Watched world(hpa);
  world.ready(1);
  world.seen.arrivals = 1000;
  EXPECT_EQ(world.until(7), 4);
  EXPECT_EQ(world.until(22), 8);
  EXPECT_EQ(world.until(37), 16);
  EXPECT_EQ(world.until(52), 32);
  EXPECT_EQ(world.until(67), 40) << "the greatest number";
}

TEST(HpaLoop, one_reconcile_is_worked_out_by_hand) {
  struct Case {
    const char* rule;
    int current;
    std::optional<int> proposal;
    int expected;
  };
  const Case cases[] = {
      {"a proposal within the bounds and the rate", 5, 7, 7},
      {"above the greatest number", 30, 50, 40},
      {"at most twofold in 15 s", 10, 30, 20},
      {"or four more, where that is more", 1, 30, 5},
      {"no proposal: nothing", 10, std::nullopt, 10},
      {"no proposal, too many: bounds need no metric", 50, std::nullopt, 40},
      {"no proposal, too few: bounds need no metric", 1, std::nullopt, 2},
      {"too many: the bound, whatever is proposed", 50, 3, 40},
      {"a fall waits for its window, which begins with what there was", 10, 5, 10},
      {"none: the HPA is off", 0, 7, 0},
  };
  for (const Case& one : cases) {
    const int min = one.current == 1 && !one.proposal ? 2 : 1;
    HpaLoop loop({.min = min, .max = 40}, HpaBehavior{});
    EXPECT_EQ(loop.reconcile(0, one.current, one.proposal), one.expected) << one.rule;
  }
}

TEST(HpaLoop, only_the_first_look_takes_what_there_is_for_a_recommendation) {
  for (const double window_s : {0.0, 10.0, 15.0, 16.0}) {
    HpaBehavior short_window;
    short_window.down.window_s = window_s;
    HpaLoop loop({.min = 1, .max = 40}, short_window);
    EXPECT_EQ(loop.reconcile(0, 10, 5), window_s > 0 ? 10 : 5) << window_s;
    EXPECT_EQ(loop.reconcile(15, 10, 5), window_s > 15 ? 10 : 5) << window_s;
    EXPECT_EQ(loop.reconcile(30, 10, 5), 5) << window_s;
  }
}

TEST(HpaLoop, changes_of_the_period_count_against_its_rate) {
  HpaBehavior slow;
  slow.up.policies = {{HpaUnit::pods, 4, 60}};
  HpaLoop loop({.min = 1, .max = 40}, slow);
  EXPECT_EQ(loop.reconcile(0, 10, 30), 14);
  EXPECT_EQ(loop.reconcile(15, 14, 30), 14);
  EXPECT_EQ(loop.reconcile(59, 14, 30), 14);
  EXPECT_EQ(loop.reconcile(60, 14, 30), 18);
}

TEST(HpaLoop, a_disabled_direction_stays) {
  HpaBehavior never;
  never.down.select = HpaSelect::disabled;
  never.down.window_s = 0;
  HpaLoop loop({.min = 1, .max = 40}, never);
  EXPECT_EQ(loop.reconcile(0, 10, 1), 10);
  EXPECT_EQ(loop.reconcile(15, 10, 12), 12);
}

}  // namespace
}  // namespace headroom::rivals
