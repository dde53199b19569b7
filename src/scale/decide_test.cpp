// Decisions over time in a small world: demand is followed, chance is not.
#include <gtest/gtest.h>

#include "scale/fluid_world_for_test.h"

namespace headroom::scale {
namespace {

/// Steady, a ramp to tenfold in 5 min, twice that within 10 s for a minute, and back.
double ramp_and_flash_crowd(int t) {
  if (t < 300) return 100;
  if (t < 600) return 100 + 3.0 * (t - 300);
  if (t >= 700 && t < 710) return 1000 + 100.0 * (t - 700);
  if (t >= 710 && t < 760) return 2000;
  return t < 900 ? 1000 : 100;
}

TEST(Decide, a_ramp_and_a_flash_crowd_are_followed_and_a_fall_lowers_after_the_delay) {
  FluidWorld world;
  Pilot pilot(policy_for_test());
  world.apply(2);
  int peak = 0;
  for (int t = 0; t < 1200; ++t) {
    pilot.advance(world, ramp_and_flash_crowd(t));
    if (t >= 710 && t < 760) peak = std::max(peak, pilot.last.replicas);
    // 160/s each: 1000/s keep at least 7 busy, and the delay is 15 s.
    if (t >= 600 && t < 915) {
      EXPECT_GE(pilot.last.replicas, 7) << t;
    }
  }
  EXPECT_LT(world.missed / (world.good + world.missed), 0.005);
  EXPECT_GE(peak, 13);
  EXPECT_LE(peak, 26);
  EXPECT_LE(pilot.last.replicas, 2);
  EXPECT_LT(world.replica_seconds, 0.6 * peak * 1200);
}

}  // namespace
}  // namespace headroom::scale
