// headroom with bursts that requests may wait through: they need no replicas of their own.
#include <gtest/gtest.h>

#include "prove/fixed_for_test.h"
#include "prove/policies.h"

namespace headroom::prove {
namespace {

/// Requests of a second with more than six to spare; for 5 s of each minute 40% more come.
Score through_bursts(Plant plant, std::uint64_t seed, double may_wait_s) {
  Scenario scenario = steady("slow-api", 100, 5400);
  scenario.demand.scored_from = 1800;
  auto& rate = scenario.demand.per_second;
  for (std::size_t second = 0; second < rate.size(); ++second)
    if (second % 60 < 5) rate[second] *= 1.4F;
  scenario.world.startup.mean_s = 30;
  scenario.world.patience_s = may_wait_s;
  const auto headroom = make_policy({.policy = "headroom", .target = 0.01}, scenario);
  return simulate(scenario, plant, seed, **headroom);
}

TEST(ShortBursts, are_carried_by_the_queue_where_requests_may_wait) {
  for (const Plant plant : {Plant::fluid, Plant::exact})
    for (const std::uint64_t seed : {1, 2}) {
      const Score carried = through_bursts(plant, seed, 15);
      const Score bought = through_bursts(plant, seed, 0.2);
      SCOPED_TRACE(testing::Message()
                   << "plant " << static_cast<int>(plant) << " seed " << seed << ": "
                   << carried.wanting_share() << " at " << carried.replica_hours() << " h, "
                   << bought.wanting_share() << " at " << bought.replica_hours() << " h");
      EXPECT_LT(carried.wanting_share(), 0.01) << "as the objective permits";
      EXPECT_LT(carried.replica_hours(), 0.9 * bought.replica_hours());
    }
}

}  // namespace
}  // namespace headroom::prove
