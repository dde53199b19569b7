// headroom in a simulation: what its record is given, and that being recorded changes nothing.
#include "prove/headroom_autoscaler.h"

#include <gtest/gtest.h>

#include "prove/fixed_for_test.h"
#include "prove/policies.h"
#include "scale/decide.h"

namespace headroom::prove {
namespace {

/// Decides again from what it is given before each decision.
class Again final : public DecisionRecord {
 public:
  void before(const scale::Policy& policy, const scale::Model& model,
              const scale::State& state) override {
    policy_ = policy;
    model_ = model;
    state_ = state;
  }
  void decided(const scale::Observations& seen,
               const std::vector<scale::ServiceDecision>& decisions) override {
    ++count;
    same += scale::step(policy_, model_, state_, seen).decisions.services == decisions;
    with_reasons += !decisions.at(0).reasons.empty();
  }

  int count = 0;
  int same = 0;
  int with_reasons = 0;

 private:
  scale::Policy policy_;
  scale::Model model_;
  scale::State state_;
};

/// Two minutes at 100 requests/s and as many at 900.
Scenario leap() {
  Scenario scenario = steady("fast-web", 100, 120);
  scenario.demand.per_second.resize(240, 900);
  return scenario;
}

TEST(HeadroomAutoscaler, a_record_gets_all_that_each_decision_rests_on) {
  const Scenario scenario = leap();
  scale::ServicePolicy policy;
  policy.service = "shop";
  policy.objective.latency = from_seconds(scenario.workload.objective_s);
  Again record;
  const auto recorded = headroom_autoscaler(policy, &record);
  const Score with = simulate(scenario, Plant::fluid, 1, *recorded);
  EXPECT_EQ(record.count, 240);
  EXPECT_EQ(record.same, 240);
  EXPECT_EQ(record.with_reasons, 240);
  const auto alone = headroom_autoscaler(policy);
  const Score without = simulate(scenario, Plant::fluid, 1, *alone);
  EXPECT_EQ(with.replica_seconds, without.replica_seconds);
  EXPECT_EQ(with.wanting(), without.wanting());
}

/// The most replicas that headroom has in the leap with such limits.
double most_with(const SharedLimits& limits) {
  Scenario scenario = leap();
  scenario.policy = scale::ServicePolicy{};
  scenario.policy->service = "shop";
  scenario.policy->objective.latency = from_seconds(scenario.workload.objective_s);
  scenario.policy->replicas = {.min = 1, .max = 40, .cost_per_hour = 0.5};
  scenario.policy->scale.uses["postgres"] = 10;
  scenario.limits = limits;
  const auto policy = make_policy({.policy = "headroom", .target = 0.01}, scenario);
  EXPECT_TRUE(policy);
  return simulate(scenario, Plant::fluid, 1, **policy).replicas_peak;
}

TEST(HeadroomAutoscaler, budget_and_downstreams_bound_what_is_simulated) {
  const double free = most_with({});
  ASSERT_GE(free, 5);
  EXPECT_EQ(most_with({.downstreams = {}, .budget_per_hour = 1.6}), 3);
  EXPECT_EQ(most_with({.downstreams = {{"postgres", 29}}, .budget_per_hour = {}}), 2);
  EXPECT_EQ(most_with({.downstreams = {{"mysql", 5}}, .budget_per_hour = {}}), free)
      << "which it does not use";
}

TEST(Policies, a_services_own_policy_holds_but_for_the_share_that_is_permitted) {
  Scenario scenario = leap();
  scenario.policy = scale::ServicePolicy{};
  scenario.policy->service = "shop";
  scenario.policy->objective.latency = from_seconds(scenario.workload.objective_s);
  scenario.policy->replicas.min = 7;
  scenario.policy->replicas.max = 7;
  const auto policy = make_policy({.policy = "headroom", .target = 0.02}, scenario);
  ASSERT_TRUE(policy.has_value());
  EXPECT_DOUBLE_EQ(simulate(scenario, Plant::fluid, 1, **policy).replicas_peak, 7);
}

TEST(Policies, a_fixed_fleet_is_as_large_as_is_told) {
  Scenario scenario = leap();
  scenario.world.replicas_min = 3;
  scenario.world.replicas_max = 25;
  for (const double target : {0.01, 0.12, 0.5, 0.52, 1.0}) {
    const Setting setting{.policy = "fixed", .target = target};
    const auto policy = make_policy(setting, scenario);
    ASSERT_TRUE(policy.has_value());
    EXPECT_EQ((*policy)->decide({}, {}, {}), fleet_of(setting, 3, 25)) << target;
  }
}

}  // namespace
}  // namespace headroom::prove
