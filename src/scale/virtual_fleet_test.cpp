// Replicas that never were: what they would have missed.
#include "scale/virtual_fleet.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "scale/fluid_world_for_test.h"

namespace headroom::scale {
namespace {

/// A second of 1,000 requests before replicas of 100/s each, of which a request may wait a fifth;
/// a lead time is 8 s and a scale-in delay 16.
FleetTick second(int t) {
  return {.tick_s = 1,
          .arrivals = 1000,
          .concurrency = 5,
          .latency_s = 0.05,
          .may_wait_s = 0.2,
          .drain_s = 10,
          .most = 100,
          .start_steps = 1,
          .hold_steps = t % 2};
}

double starting(const VirtualFleet& fleet) {
  return std::accumulate(fleet.starting.begin(), fleet.starting.end(), 0.0);
}

TEST(VirtualFleet, misses_nothing_that_its_replicas_carry) {
  VirtualFleet fleet{.ready = 10};
  for (int t = 0; t < 60; ++t) EXPECT_EQ(live(second(t), 9.2, fleet), 0);
  EXPECT_EQ(fleet.ready, 10);
  EXPECT_EQ(starting(fleet), 0);
}

TEST(VirtualFleet, what_comes_above_waits_as_long_as_it_may_and_then_is_missed) {
  VirtualFleet fleet{.ready = 9};
  FleetTick tick = second(0);
  tick.most = 9;
  fleet.in_flight = 45;                // all places
  EXPECT_EQ(live(tick, 9, fleet), 0);  // 100 wait, 180 may
  EXPECT_NEAR(live(tick, 9, fleet), 20, 1e-9);
  EXPECT_NEAR(live(tick, 9, fleet), 100, 1e-9);
  tick.arrivals = 0;
  EXPECT_EQ(live(tick, 9, fleet), 0);
  EXPECT_EQ(fleet.queue, 0);
}

TEST(VirtualFleet, what_is_ordered_serves_a_lead_time_later) {
  VirtualFleet fleet{.ready = 5};
  FleetTick tick = second(0);
  tick.arrivals = 500;
  live(tick, 8, fleet);
  for (int t = 1; t < 8; ++t) {
    live(tick, 8, fleet);
    EXPECT_EQ(fleet.ready, 5) << t;
    EXPECT_EQ(starting(fleet), 3) << "not ordered twice";
  }
  live(tick, 8, fleet);
  EXPECT_EQ(fleet.ready, 8);
  EXPECT_EQ(starting(fleet), 0);
}

TEST(VirtualFleet, more_than_one_part_of_a_lead_time_may_be_over_within_a_tick) {
  VirtualFleet fleet{.ready = 5};
  FleetTick tick = second(0);
  tick.arrivals = 500;
  tick.start_steps = 3;
  live(tick, 8, fleet);
  live(tick, 8, fleet);
  live(tick, 8, fleet);
  EXPECT_EQ(fleet.ready, 5);
  live(tick, 8, fleet);
  EXPECT_EQ(fleet.ready, 8);
}

TEST(VirtualFleet, is_kept_for_a_scale_in_delay_after_it_was_needed) {
  VirtualFleet fleet{.ready = 10};
  int kept_s = 0;
  for (int t = 0; fleet.ready > 6 && t < 60; ++t) {
    FleetTick tick = second(t);
    tick.arrivals = 600;
    live(tick, t == 0 ? 9.5 : 6, fleet);
    ++kept_s;
  }
  EXPECT_EQ(kept_s, 16);
  EXPECT_EQ(fleet.ready, 6);
}

TEST(VirtualFleet, gives_back_first_what_has_not_started_yet) {
  VirtualFleet fleet{.ready = 4};
  FleetTick tick = second(0);
  tick.arrivals = 400;
  tick.hold_steps = hold_parts;  // nothing is held
  live(tick, 9, fleet);
  live(tick, 7, fleet);
  EXPECT_EQ(starting(fleet), 3);
  live(tick, 3, fleet);
  EXPECT_EQ(starting(fleet), 0);
  EXPECT_EQ(fleet.ready, 3);
}

TEST(VirtualFleet, requests_that_take_long_fill_its_places_before_they_wait) {
  VirtualFleet fleet{.ready = 10, .in_flight = 100};  // of 1,000; each takes 100 s
  FleetTick tick = second(0);
  tick.concurrency = 100;
  tick.latency_s = 100;
  tick.arrivals = 50;  // 10 a second are carried for ever
  int waited_after_s = 0;
  while (fleet.queue <= 0 && waited_after_s < 60) {
    live(tick, 10, fleet);
    ++waited_after_s;
  }
  EXPECT_NEAR(waited_after_s, 22, 3);
}

TEST(VirtualFleet, orders_for_what_waits_too) {
  VirtualFleet fleet{.ready = 9, .in_flight = 45};
  FleetTick tick = second(0);
  live(tick, 9, fleet);  // 100 requests wait, to be served within 10 s: a tenth of a replica
  EXPECT_EQ(starting(fleet), 1);
}

TEST(VirtualFleet, keeps_within_its_bounds) {
  VirtualFleet fleet{.ready = 2};
  FleetTick tick = second(0);
  tick.least = 3.5;
  tick.most = 6;
  live(tick, 1, fleet);
  EXPECT_EQ(fleet.ready + starting(fleet), 4);
  live(tick, 20, fleet);
  EXPECT_EQ(fleet.ready + starting(fleet), 6);
}

/// A second of 1,000 requests to a service whose replicas carry 160 a second each.
FleetMoment moment(double foreseen = 0) {
  return {.tick_s = 1,
          .per_second = 1000,
          .demand = {.per_second = 1000},
          .situation = {},
          .foreseen = foreseen};
}

ServiceModel known() {
  ServiceModel model;
  model.capacity = {.concurrency = 8, .latency_s = 0.05};
  model.startup_s = 3;
  model.lead_s = 5;
  return model;
}

TEST(VirtualFleet, begins_with_whole_replicas_and_with_those_that_are_foreseen) {
  ServiceModel model = known();
  live_virtually(policy_for_test(), {}, moment(40.3), model);
  ASSERT_EQ(model.virtual_fleets.fleets.size(), virtual_fleet_count);
  for (const VirtualFleet& fleet : model.virtual_fleets.fleets) EXPECT_EQ(fleet.ready, 41);
}

TEST(VirtualFleet, serves_what_waits_within_the_time_that_is_stated) {
  const auto ordered = [](Duration drain_within) {
    ServicePolicy policy = policy_for_test();
    policy.objective.latency = std::chrono::seconds(30);
    policy.queue_wait = std::chrono::seconds(30);
    policy.scale.drain_within = drain_within;
    ServiceModel model = known();
    live_virtually(policy, {}, moment(), model);
    VirtualFleet& boldest = model.virtual_fleets.fleets.front();
    boldest.queue = 5000;
    live_virtually(policy, {}, moment(), model);
    return starting(boldest);
  };
  EXPECT_GT(ordered(std::chrono::seconds(3)), ordered(std::chrono::seconds(100)) + 5);
}

TEST(VirtualFleet, the_bolder_has_no_more_replicas_than_the_more_careful) {
  ServiceModel model = known();
  live_virtually(policy_for_test(), {}, moment(), model);
  const auto& fleets = model.virtual_fleets.fleets;
  EXPECT_TRUE(std::ranges::is_sorted(fleets, {}, &VirtualFleet::ready));
  EXPECT_LT(fleets.front().ready, fleets.back().ready);
}

}  // namespace
}  // namespace headroom::scale
