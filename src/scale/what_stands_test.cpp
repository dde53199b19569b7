// What runs already when a decision is made: at the first look, and in shadow where others decide.
#include <gtest/gtest.h>

#include "scale/fluid_world_for_test.h"

namespace headroom::scale {
namespace {

/// What the tick shows when whoever runs the replicas does not answer.
Observations without_replicas(Observations seen) {
  seen.services[0].completeness = 0;
  seen.services[0].replicas.clear();
  return seen;
}

TEST(WhatStands, what_stands_at_the_first_look_is_kept_for_the_scale_in_delay) {
  FluidWorld world;
  world.startup_s = 1;
  world.apply(9);
  Pilot pilot(policy_for_test());
  world.tick(pilot.policy.services[0], 0);
  world.tick(pilot.policy.services[0], 0);
  for (int t = 0; t <= 20; ++t) {  // twice the prior of the start-up time
    pilot.advance(world, 100);
    EXPECT_EQ(pilot.last.replicas, 9) << t;
  }
  pilot.advance(world, 100);
  EXPECT_LT(pilot.last.replicas, 5);
}

TEST(WhatStands, a_service_that_was_not_seen_yet_is_not_lowered_at_its_first_look) {
  FluidWorld world;
  world.apply(9);
  Pilot pilot(policy_for_test());
  Observations seen = world.tick(pilot.policy.services[0], 10);
  const Observations whole = seen;
  seen.services.clear();
  pilot.decide_on(seen);
  EXPECT_EQ(pilot.last.replicas, 1) << "min, for want of anything better";
  pilot.decide_on(whole);
  EXPECT_EQ(pilot.last.replicas, 9);
}

TEST(WhatStands, a_service_whose_replicas_were_not_known_yet_is_not_lowered_at_its_first_look) {
  FluidWorld world;
  world.apply(9);
  Pilot pilot(policy_for_test());
  const Observations whole = world.tick(pilot.policy.services[0], 10);
  pilot.decide_on(without_replicas(whole));
  pilot.decide_on(whole);
  EXPECT_EQ(pilot.last.replicas, 9);
}

TEST(WhatStands, in_shadow_each_decision_starts_from_what_stands) {
  FluidWorld world;
  Pilot pilot(policy_for_test());
  pilot.policy.shadow = true;
  world.apply(3);  // by somebody else, and for good
  for (int t = 0; t < 120; ++t)
    pilot.decide_on(world.tick(pilot.policy.services[0], t < 90 ? 200 : 1500));
  EXPECT_GT(pilot.last.replicas, 3);
  EXPECT_TRUE(pilot.last.summary.starts_with("3 →")) << pilot.last.summary;
}

TEST(WhatStands, in_shadow_unknown_replicas_are_not_taken_for_none) {
  FluidWorld world;
  Pilot pilot(policy_for_test());
  pilot.policy.shadow = true;
  world.apply(3);
  for (int t = 0; t < 120; ++t) pilot.decide_on(world.tick(pilot.policy.services[0], 400));
  pilot.decide_on(without_replicas(world.tick(pilot.policy.services[0], 400)));
  EXPECT_FALSE(pilot.last.summary.starts_with("0 →")) << pilot.last.summary;
}

}  // namespace
}  // namespace headroom::scale
