// The fluid plant against closed formulas, and what must hold whatever happens.
#include "prove/fluid.h"

#include <gtest/gtest.h>

#include "prove/fixed_for_test.h"

namespace headroom::prove {
namespace {

TEST(fluid, enough_replicas_miss_nothing_but_what_is_late_by_itself) {
  const Scenario scenario = steady("fast-web", 1000, 3600);
  Fixed fleet(5);
  const Score score = simulate(scenario, Plant::fluid, 1, fleet);
  EXPECT_NEAR(score.requests, 3.6e6, 1e4);
  EXPECT_NEAR(score.late_alone / score.requests, 0.00245, 1e-4);
  EXPECT_LT(score.wanting_share(), 1e-5);
  EXPECT_NEAR(score.replica_hours(), 5, 0.01);
  EXPECT_NEAR(score.p99_s, scenario.workload.service_time.quantile(0.99), 0.003);
}

TEST(fluid, too_few_replicas_shed_what_they_cannot_carry) {
  Scenario scenario = steady("fast-web", 1000, 3600);
  scenario.world.replicas_max = 2;  // 800 requests/s
  Fixed fleet(2);
  const Score score = simulate(scenario, Plant::fluid, 1, fleet);
  EXPECT_NEAR(score.shed / score.requests, 0.2, 0.01);
  EXPECT_NEAR(score.late / score.requests, 0.8, 0.01);
  EXPECT_NEAR(score.p50_s, 15, 0.5);
  EXPECT_GT(score.longest_spell_s, 3500);
}

TEST(fluid, every_arrival_is_shown_to_end_exactly_once) {
  for (const std::string_view workload : {"fast-web", "slow-api", "go-with-pauses"})
    for (const int replicas : {1, 3, 10}) {
      Scenario scenario = steady(workload, 20, 3600);
      scenario.world.crashes_per_hour = 3;
      scenario.demand.per_second.insert(scenario.demand.per_second.end(), 200, 0.0);
      Fixed fleet(replicas);
      (void)simulate(scenario, Plant::fluid, 3, fleet);
      EXPECT_NEAR(static_cast<double>(fleet.ended()), static_cast<double>(fleet.arrivals), 20)
          << workload << " " << replicas;
    }
}

TEST(fluid, after_the_last_request_nothing_is_left_at_the_replicas) {
  Scenario scenario = steady("slow-api", 5, 600);
  scenario.demand.per_second.insert(scenario.demand.per_second.end(), 1200, 0.0);
  Fixed fleet(3);
  (void)simulate(scenario, Plant::fluid, 1, fleet);
  EXPECT_EQ(fleet.last.concurrency, 0);
}

TEST(fluid, what_is_seen_follows_littles_law) {
  for (const std::string_view workload : {"fast-web", "slow-api"}) {
    const double mean_s = named_workload(workload)->service_time.mean();
    Fixed fleet(10);
    (void)simulate(steady(workload, 40 / mean_s, 600), Plant::fluid, 1, fleet);
    EXPECT_NEAR(fleet.last.concurrency, 40, 8) << workload;
    EXPECT_NEAR(fleet.last.replicas.at(0).cpu_cores, 0.5, 0.1);
    EXPECT_EQ(fleet.last.replicas.size(), 10U);
    EXPECT_EQ(seconds(fleet.last.replicas.at(0).age), 3600 + 600);
    EXPECT_NEAR(fleet.last.service_time_s, mean_s, 0.6 * mean_s);
  }
}

TEST(fluid, the_same_seed_gives_the_same_score_bit_for_bit) {
  Scenario scenario = steady("slow-api", 60, 2000);
  scenario.world.crashes_per_hour = 1;
  Fixed a(9), b(9), c(9);
  const Score first = simulate(scenario, Plant::fluid, 5, a);
  const Score again = simulate(scenario, Plant::fluid, 5, b);
  const Score other = simulate(scenario, Plant::fluid, 6, c);
  EXPECT_EQ(first.late, again.late);
  EXPECT_EQ(first.p99_s, again.p99_s);
  EXPECT_EQ(first.requests, again.requests);
  EXPECT_NE(first.requests, other.requests);
}

}  // namespace
}  // namespace headroom::prove
