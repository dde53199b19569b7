// How careful a forecast is while requests are being missed.
#include "scale/need.h"

#include <gtest/gtest.h>

#include "scale/error_budget.h"
#include "scale/fluid_world_for_test.h"
#include "scale/rate_histogram.h"

namespace headroom::scale {
namespace {

TEST(Need,
     while_requests_are_missed_for_want_of_replicas_forecasts_are_for_the_most_that_was_seen) {
  struct Case {
    const char* name;
    double missed;     // of 1,000 in the last 10 s
    double in_flight;  // at 4 replicas of 8
    Basis basis;
    double late_alone;
    bool spell;
  };
  for (const Case& one : {Case{"misses", 30, 32, Basis::learned, 0, true},
                          {"as many as are permitted", 9, 32, Basis::learned, 0, false},
                          {"late by themselves", 30, 32, Basis::learned, 0.025, false},
                          {"replicas are not full", 30, 20, Basis::learned, 0, false},
                          {"an incident", 30, 32, Basis::held, 0, false}}) {
    ServicePolicy policy = policy_for_test();
    ServiceModel model;
    add_rate(100, 1000, model.growth.rises.pooled);
    model.capacity = {
        .basis = one.basis, .concurrency = 8, .latency_s = 0.05, .late_alone = one.late_alone};
    ServiceSeen seen;
    seen.concurrency = one.in_flight;
    seen.replicas.assign(4, {.id = "r", .phase = Phase::ready});
    const std::vector<OutcomeSample> outcomes = {{.seconds = 9, .ended = 900, .missed = one.missed},
                                                 {.seconds = 1, .ended = 100}};
    EXPECT_NEAR(outgrown_now(policy, model, seen, outcomes),
                one.spell ? 0.001 : outgrown_share(policy, model), 1e-9)
        << one.name;
  }
}

/// Calm for an hour with a rise of a fifth every few minutes, then twice as much at once.
double missed_after_a_step(bool tell_outcomes) {
  FluidWorld world;
  world.startup_s = 30;
  Pilot pilot(policy_for_test(), Explain::no);
  world.apply(8);
  const auto live = [&](double rate) {
    Observations seen = world.tick(pilot.policy.services[0], rate);
    ServiceSeen& one = seen.services[0];
    if (!tell_outcomes) {
      one.good += one.late;
      one.late = 0;
    }
    pilot.decide_on(seen);
    world.apply(pilot.last.replicas);
  };
  for (int t = 0; t < 7200; ++t) live(t % 300 < 60 ? 1800 : 1000);
  const double before = world.missed;
  for (int t = 0; t < 300; ++t) live(1000 * std::min(6.0, 1 + t / 20.0));
  return world.missed - before;
}

TEST(Need, a_spell_of_misses_ends_sooner_for_it) {
  EXPECT_LT(missed_after_a_step(true), 0.95 * missed_after_a_step(false));
}

}  // namespace
}  // namespace headroom::scale
