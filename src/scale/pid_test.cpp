// Feedback on processor time: it gets there, stays bounded, and stands still without evidence.
#include "scale/pid.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/random.h"
#include "scale/fluid_world_for_test.h"

namespace headroom::scale {
namespace {

using namespace std::chrono_literals;

ServiceSeen seen_with(int ready, double cores_each, int starting = 0) {
  ServiceSeen seen;
  for (int i = 0; i < ready + starting; ++i) {
    auto& replica = seen.replicas.emplace_back();
    replica.phase = i < ready ? Phase::ready : Phase::starting;
    replica.cpu_cores = i < ready ? cores_each : 0;
  }
  return seen;
}

TEST(Pid, a_load_that_no_request_tells_of_is_carried_without_much_overshoot) {
  for (const double startup_s : {1.0, 10.0, 60.0}) {
    FluidWorld world;
    world.startup_s = startup_s;
    ServicePolicy policy = policy_for_test();
    policy.scale.pid = spec::Pid{.cpu = 0.5};
    Pilot pilot(policy);
    world.apply(4);
    int most = 0;
    for (int t = 0; t < 3600; ++t) {
      Observations seen = world.tick(policy, 0);
      const int ready = std::max(1, world.count(Phase::ready));
      for (auto& replica : seen.services[0].replicas)
        if (replica.phase == Phase::ready) replica.cpu_cores = std::min(2.0, 10.0 / ready);
      pilot.decide_on(seen);
      world.apply(pilot.last.replicas);
      most = std::max(most, pilot.last.replicas);
    }
    EXPECT_GE(pilot.last.replicas, 20) << "10 cores at 0.5 each; started in " << startup_s;
    EXPECT_LE(pilot.last.replicas, 22) << startup_s;
    EXPECT_LE(most, 26) << startup_s;
  }
}

TEST(Pid, it_stands_still_without_evidence) {
  const spec::Pid pid{.cpu = 0.5};
  const PidState before{.replicas = 7, .error = 0.3};
  const auto after = [&](const ServiceSeen& seen) {
    return pid_after(pid, {}, 5, before, seen, 1);
  };
  EXPECT_EQ(after({}), before) << "no replicas";
  EXPECT_EQ(after(seen_with(0, 0, 3)), before) << "none ready";
  EXPECT_EQ(after(seen_with(4, -1)), before) << "processor time not known";
  auto one_unknown = seen_with(4, 0.5);
  one_unknown.replicas[2].cpu_cores = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(after(one_unknown), before);
}

TEST(Pid, while_replicas_start_it_orders_no_more) {
  const spec::Pid pid{.cpu = 0.5};
  PidState state{.replicas = 6, .error = 1};
  for (int t = 0; t < 600; ++t) state = pid_after(pid, {}, 5, state, seen_with(4, 1, 2), 1);
  EXPECT_DOUBLE_EQ(state.replicas, 6);
}

TEST(Pid, its_output_is_bounded_whatever_it_is_shown_and_however_long) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Random random(seed);
    const spec::Pid pid{.cpu = 0.01 + random.uniform(), .reset = 10s * (1 + random.below(60))};
    spec::Replicas bounds;
    bounds.max = 1 + static_cast<int>(random.below(50));
    bounds.zones = 1 + static_cast<int>(random.below(3));
    PidState state;
    for (int t = 0; t < 500; ++t) {
      const int ready = 1 + static_cast<int>(random.below(40));
      const double cores = random.below(9) == 0 ? 1e9 : random.uniform();
      state = pid_after(pid, bounds, 60 * random.uniform(), state,
                        seen_with(ready, cores, static_cast<int>(random.below(2))),
                        3 * random.uniform());
      ASSERT_LE(state.replicas, std::max(1, bounds.max)) << "seed " << seed;
      ASSERT_LE(state.replicas, 2 * ready) << "seed " << seed;
      ASSERT_GE(state.replicas, 0) << "seed " << seed;
    }
  }
}

TEST(Pid, it_never_takes_away_what_another_rule_needs) {
  FluidWorld world;
  FluidWorld without = world;
  ServicePolicy policy = policy_for_test();
  Pilot plain(policy);
  policy.scale.pid = spec::Pid{.cpu = 1.5};  // more than a replica can use: it wants fewer
  Pilot pilot(policy);
  for (int t = 0; t < 600; ++t) {
    pilot.advance(world, 400);
    plain.advance(without, 400);
    ASSERT_GE(pilot.last.replicas, plain.last.replicas) << t;
  }
}

}  // namespace
}  // namespace headroom::scale
