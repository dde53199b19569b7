// A rush at eight in a small world: missed on the first days, met from the fourth on.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "scale/fluid_world_for_test.h"

namespace headroom::scale {
namespace {

constexpr std::int64_t world_begins_s = 1'800'000'000;
constexpr std::int64_t a_monday_s = 20'836LL * 86'400;
constexpr int eight = 8 * 3600;

/// 500 to 4,000 requests/s in two minutes.
double rush(int second) {
  return 500 * std::pow(8, std::clamp((second - eight) / 120.0, 0.0, 1.0));
}

/// The share missed in the worst five minutes of a day, of which half past six to half past eight
/// is lived through.
double live_day(int day, Pilot& pilot, FluidWorld& world) {
  world.time_s = a_monday_s + day * 86'400 + eight - 5400 - world_begins_s;
  world.apply(4);
  std::vector<double> missed{world.missed};
  std::vector<double> all{world.good + world.missed};
  double worst = 0;
  for (int second = eight - 5400; second < eight + 1800; ++second) {
    pilot.explain = day >= 3 && second % 60 == 0 ? Explain::yes : Explain::no;
    pilot.advance(world, rush(second));
    missed.push_back(world.missed);
    all.push_back(world.good + world.missed);
    if (missed.size() <= 300) continue;
    const auto before = missed.size() - 301;
    const double came = all.back() - all[before];
    worst = std::max(worst, (missed.back() - missed[before]) / std::max(1.0, came));
  }
  return worst;
}

struct Rush {
  Rush() : pilot(policy_for_test(1, 100), Explain::no) {
    world.service_s = 0.035;
    world.startup_s = 25;
  }
  FluidWorld world;
  Pilot pilot;
};

TEST(RepeatWorld, a_rush_that_came_three_times_is_met_the_fourth_time_and_the_reason_says_so) {
  Rush rush;
  EXPECT_GT(live_day(0, rush.pilot, rush.world), 0.05);
  for (const int day : {1, 2}) live_day(day, rush.pilot, rush.world);
  EXPECT_LT(live_day(3, rush.pilot, rush.world), 0.01);

  rush.world.time_s = a_monday_s + 4 * 86'400 + eight - 1800 - world_begins_s;
  rush.world.apply(4);
  rush.pilot.explain = Explain::yes;
  for (int t = 0; t < 1790; ++t) rush.pilot.advance(rush.world, 500);
  const auto& reasons = rush.pilot.last.reasons;
  const auto found = std::ranges::find(reasons, Rule::repeat, &Reason::rule);
  ASSERT_NE(found, reasons.end());
  EXPECT_TRUE(found->decisive);
  ASSERT_FALSE(rush.pilot.last.counterfactuals.empty());
  EXPECT_EQ(rush.pilot.last.counterfactuals[0].without, Rule::repeat);
  EXPECT_LT(rush.pilot.last.counterfactuals[0].replicas, rush.pilot.last.replicas);
}

}  // namespace
}  // namespace headroom::scale
