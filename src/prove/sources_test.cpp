// headroom in worlds whose sources of evidence are late, partial or coarse.
#include "prove/sources.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "prove/fixed_for_test.h"
#include "prove/headroom_autoscaler.h"
#include "prove/trial.h"

namespace headroom::prove {
namespace {

/// What is shown to the autoscaler inside, and what it answers, second by second.
class Watched final : public rivals::Around {
 public:
  using Around::Around;

  int decide(const Now& now, Duration dt, const scale::ServiceSeen& seen) override {
    arrivals += seen.arrivals;
    ended += seen.good + seen.late + seen.shed + seen.failed;
    complete += seen.completeness >= 1;
    wanted.push_back(inner().decide(now, dt, seen));
    return wanted.back();
  }

  std::uint64_t arrivals = 0;
  std::uint64_t ended = 0;
  int complete = 0;  // ticks
  std::vector<int> wanted;

  /// From `from_s` on, the largest number and how often it changed.
  [[nodiscard]] int most(std::size_t from_s) const {
    return *std::max_element(wanted.begin() + static_cast<std::ptrdiff_t>(from_s), wanted.end());
  }
  [[nodiscard]] int changes(std::size_t from_s) const {
    int count = 0;
    for (std::size_t i = from_s + 1; i < wanted.size(); ++i) count += wanted[i] != wanted[i - 1];
    return count;
  }
};

struct Lived {
  Score score;
  std::vector<int> wanted{};
  int most = 0;
  int changes = 0;
  int complete = 0;
  std::uint64_t arrivals = 0;

  [[nodiscard]] std::string text() const {
    return "most " + std::to_string(most) + ", " + std::to_string(changes) + " changes, missed " +
           std::to_string(score.missed_share()) + ", " + std::to_string(score.replica_hours()) +
           " h, complete " + std::to_string(complete);
  }
};

constexpr std::size_t learnt_s = 1800;

Lived live(const Scenario& scenario, std::uint64_t seed) {
  scale::ServicePolicy policy;
  policy.service = "shop";
  policy.objective.latency = from_seconds(scenario.workload.objective_s);
  policy.replicas.max = 200;
  policy.replicas.concurrency = scenario.workload.concurrency;
  const auto headroom = headroom_autoscaler(policy);
  Watched watched(*headroom);
  Lived run{.score = simulate(scenario, Plant::fluid, seed, watched)};
  run.wanted = watched.wanted;
  run.most = watched.most(learnt_s);
  run.changes = watched.changes(learnt_s);
  run.complete = watched.complete;
  run.arrivals = watched.arrivals;
  return run;
}

Scenario steady_world() {
  Scenario scenario = steady("fast-web", 3000, 7200);
  scenario.demand.scored_from = learnt_s;
  scenario.world.startup.mean_s = 20;
  return scenario;
}

constexpr std::uint64_t seeds[] = {1, 2, 3};

TEST(Sources, those_in_time_show_together_what_the_plant_shows) {
  Scenario scenario = steady_world();
  scenario.demand.per_second.resize(300);
  Fixed one(10);
  Fixed four(10);
  (void)simulate(scenario, Plant::fluid, 1, one);
  scenario.world.evidence_sources = 4;
  (void)simulate(scenario, Plant::fluid, 1, four);
  EXPECT_EQ(four.arrivals, one.arrivals);
  EXPECT_EQ(four.good, one.good);
  EXPECT_EQ(four.late, one.late);
  EXPECT_EQ(four.last.by_concurrency.attempts, one.last.by_concurrency.attempts);
  EXPECT_NEAR(four.last.concurrency, one.last.concurrency, 1e-6);
  EXPECT_NEAR(four.last.service_time_s, one.last.service_time_s, 1e-9);
  EXPECT_NEAR(four.last.latency_p99_s, one.last.latency_p99_s, 0.02 * one.last.latency_p99_s);
  EXPECT_EQ(four.last.replicas, one.last.replicas);
  EXPECT_EQ(four.last.completeness, 1);
  EXPECT_EQ(four.last.covered, 0);
}

TEST(Sources, a_late_one_is_no_step_in_replicas) {
  for (const std::uint64_t seed : seeds)
    for (const int sources : {1, 4}) {
      Scenario scenario = steady_world();
      const Lived perfect = live(scenario, seed);
      scenario.world.evidence_sources = sources;
      scenario.world.evidence_late = 0.02;  // now and then for two seconds and more
      const Lived late = live(scenario, seed);
      SCOPED_TRACE(testing::Message() << sources << " sources, seed " << seed << ": in time "
                                      << perfect.text() << "; late " << late.text());
      EXPECT_LT(late.complete, perfect.complete - 50) << "some were late";
      EXPECT_NEAR(static_cast<double>(late.arrivals), static_cast<double>(perfect.arrivals), 20000)
          << "and none is lost, nor told twice";
      EXPECT_LE(late.most, perfect.most + 1);
      EXPECT_LE(late.score.replica_hours(), 1.03 * perfect.score.replica_hours());
      EXPECT_LE(late.score.missed_share(), perfect.score.missed_share() + 0.001);
    }
}

TEST(Sources, what_some_never_tell_of_is_reckoned_in) {
  for (const std::uint64_t seed : seeds) {
    Scenario scenario = steady_world();
    const Lived perfect = live(scenario, seed);
    scenario.world.evidence_sources = 4;
    scenario.world.evidence_loss = 0.25;
    const Lived partial = live(scenario, seed);
    SCOPED_TRACE(testing::Message() << "seed " << seed << ": all " << perfect.text() << "; partial "
                                    << partial.text());
    EXPECT_NEAR(static_cast<double>(partial.arrivals), 0.75 * static_cast<double>(perfect.arrivals),
                0.02 * static_cast<double>(perfect.arrivals));
    EXPECT_LE(std::abs(partial.most - perfect.most), 1);
    EXPECT_LE(partial.score.missed_share(), perfect.score.missed_share() + 0.001);
  }
}

/// Demand that falls to a third and comes back.
Scenario falling_world() {
  Scenario scenario = steady_world();
  for (std::size_t s = 3600; s < 5400; ++s) scenario.demand.per_second[s] = 1000;
  return scenario;
}

TEST(Sources, rivals_have_metrics_of_their_own) {
  for (const char* policy : {"hpa-cpu", "hpa-rate", "kpa", "keda", "aws"}) {
    Scenario scenario = falling_world();
    const Setting setting{.policy = policy, .target = 0.7, .stabilise_s = 60};
    const auto plain = try_setting(setting, scenario, Plant::fluid, 1);
    scenario.world.evidence_every_s = 15;
    scenario.world.evidence_late = 0.1;
    scenario.world.evidence_sources = 4;
    const auto same = try_setting(setting, scenario, Plant::fluid, 1);
    ASSERT_TRUE(plain && same) << policy;
    EXPECT_EQ(plain->replica_seconds, same->replica_seconds) << policy;
    EXPECT_EQ(plain->wanting(), same->wanting()) << policy;
  }
}

TEST(Sources, one_that_tells_every_15_s_is_followed_up_and_down) {
  for (const std::uint64_t seed : seeds) {
    Scenario scenario = falling_world();
    const Lived perfect = live(scenario, seed);
    scenario.world.evidence_every_s = 15;
    const Lived coarse = live(scenario, seed);
    SCOPED_TRACE(testing::Message() << "seed " << seed << ": each second " << perfect.text()
                                    << "; every 15 s " << coarse.text());
    EXPECT_LE(coarse.complete, 480);
    EXPECT_LE(coarse.most, 1.25 * perfect.most) << "15 s at once are no rise";
    EXPECT_LT(coarse.wanted[5300], coarse.wanted[3500] / 2 + 1) << "a fall is followed";
    EXPECT_GE(coarse.wanted[6000], perfect.wanted[6000] - 1) << "and what comes back";
  }
}

}  // namespace
}  // namespace headroom::prove
