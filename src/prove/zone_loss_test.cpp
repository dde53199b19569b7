// headroom in a world where a zone is lost: what N + 1 is for, and what it costs.
#include <gtest/gtest.h>

#include "prove/fixed_for_test.h"
#include "prove/headroom_autoscaler.h"

namespace headroom::prove {
namespace {

/// Steady demand on three zones, one of which is lost for five minutes.
Score through_a_loss(Plant plant, std::uint64_t seed, int zones_planned_for) {
  Scenario scenario = steady("slow-api", 300, 3000);
  scenario.demand.scored_from = 1800;
  scenario.world.startup.mean_s = 120;
  scenario.world.zones = 3;
  scenario.world.zone_fails_at_s = 2100;
  scenario.world.zone_fails_for_s = 300;
  scale::ServicePolicy policy;
  policy.service = "shop";
  policy.objective.latency = from_seconds(scenario.workload.objective_s);
  policy.replicas.max = 200;
  policy.replicas.concurrency = scenario.workload.concurrency;
  policy.replicas.zones = zones_planned_for;
  const auto headroom = headroom_autoscaler(policy);
  return simulate(scenario, plant, seed, *headroom);
}

TEST(ZoneLoss, what_is_missed_through_it_is_bounded_when_it_is_planned_for) {
  for (const Plant plant : {Plant::fluid, Plant::exact})
    for (const std::uint64_t seed : {1, 2, 3}) {
      const Score planned = through_a_loss(plant, seed, 3);
      const Score unplanned = through_a_loss(plant, seed, 1);
      SCOPED_TRACE(testing::Message()
                   << "plant " << static_cast<int>(plant) << " seed " << seed << ": "
                   << planned.wanting_share() << " at " << planned.replica_hours() << " h, "
                   << unplanned.wanting_share() << " at " << unplanned.replica_hours() << " h");
      // What was in flight in the zone has failed in both.
      EXPECT_LT(planned.wanting_share(), 0.001);
      EXPECT_GT(unplanned.wanting_share(), 10 * planned.wanting_share());
      EXPECT_LT(planned.replica_hours(), 1.6 * unplanned.replica_hours());
    }
}

}  // namespace
}  // namespace headroom::prove
