// The oracle is ready when demand is, and costs less than whoever does not know what comes.
#include "prove/oracle.h"

#include <gtest/gtest.h>

#include <cmath>

#include "prove/fixed_for_test.h"

namespace headroom::prove {
namespace {

Scenario steps(double startup_s) {
  Scenario scenario = steady("fast-web", 800, 7200);
  for (std::size_t i = 0; i < 7200; ++i)
    if (i / 900 % 2 == 1) scenario.demand.per_second[i] = 8000;
  scenario.world.startup.mean_s = startup_s;
  scenario.demand.scored_from = 300;
  return scenario;
}

TEST(oracle, is_ready_when_demand_leaps_and_gone_when_it_falls) {
  for (const double startup_s : {3.0, 30.0, 180.0}) {
    const Scenario scenario = steps(startup_s);
    const auto all_knowing = oracle(scenario, 0.001);
    const Score score = simulate(scenario, Plant::fluid, 1, *all_knowing);
    EXPECT_LT(score.wanting_share(), 0.002) << startup_s;
    // 21 replicas half of the time, 3 the other half; and the starts.
    EXPECT_LT(score.replica_hours(), 12.5 * 6900 / 3600 + 4 * 19 * 1.3 * startup_s / 3600 + 1);
  }
}

TEST(oracle, keeps_what_would_cost_more_to_start_again) {
  Scenario scenario = steady("fast-web", 8000, 1200);
  for (std::size_t i = 600; i < 620; ++i) scenario.demand.per_second[i] = 100;
  scenario.world.startup.mean_s = 60;
  const auto all_knowing = oracle(scenario, 0.001);
  const Score score = simulate(scenario, Plant::fluid, 1, *all_knowing);
  EXPECT_LE(score.scale_in, 2);
  scenario.world.startup.mean_s = 5;
  const auto nimble = oracle(scenario, 0.001);
  EXPECT_LT(simulate(scenario, Plant::fluid, 1, *nimble).replica_hours(), score.replica_hours());
}

TEST(oracle, a_larger_permitted_share_never_costs_more) {
  const Scenario scenario = steps(30);
  double before = INFINITY;
  for (const double share : {1e-5, 1e-4, 1e-3, 1e-2, 1e-1}) {
    const auto all_knowing = oracle(scenario, share);
    const double hours = simulate(scenario, Plant::fluid, 1, *all_knowing).replica_hours();
    EXPECT_LE(hours, before + 0.01) << share;
    before = hours;
  }
}

}  // namespace
}  // namespace headroom::prove
