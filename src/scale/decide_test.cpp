// Decisions over time in a small world: demand is followed, chance is not.
#include <gtest/gtest.h>

#include <algorithm>

#include "scale/fluid_world_for_test.h"
#include "scale/placement.h"

namespace headroom::scale {
namespace {

using namespace std::chrono_literals;

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
  // Nothing like the crowd was ever seen: what it outgrows within the lead time is missed.
  EXPECT_LT(world.missed / (world.good + world.missed), 0.017);
  EXPECT_GE(peak, 13);
  EXPECT_LE(peak, 26);
  EXPECT_LE(pilot.last.replicas, 2);
  EXPECT_LT(world.replica_seconds, 0.6 * peak * 1200);
}

/// Five minutes of 300/s: windows are full, capacity and start-up time learned.
Pilot settled(FluidWorld& world, const ServicePolicy& policy) {
  Pilot pilot(policy);
  world.apply(3);
  for (int t = 0; t < 300; ++t) pilot.advance(world, 300);
  return pilot;
}

const Reason* find(const ServiceDecision& decision, Rule rule) {
  const auto found = std::ranges::find(decision.reasons, rule, &Reason::rule);
  return found == decision.reasons.end() ? nullptr : &*found;
}

TEST(Decide, every_decision_names_its_evidence_demand_capacity_and_need) {
  FluidWorld world;
  const Pilot pilot = settled(world, policy_for_test());
  for (const Rule rule :
       {Rule::complete, Rule::steady, Rule::growth, Rule::capacity, Rule::latency})
    EXPECT_NE(find(pilot.last, rule), nullptr) << entry(rule).name;
  EXPECT_NE(find(pilot.last, Rule::capacity)->text.find("learned"), std::string::npos);
}

TEST(Decide, little_evidence_is_said_while_the_prior_counts) {
  FluidWorld world;
  Pilot pilot(policy_for_test());
  for (int t = 0; t < 60; ++t) pilot.advance(world, 100);
  EXPECT_NE(find(pilot.last, Rule::little), nullptr);
  for (int t = 0; t < 900; ++t) pilot.advance(world, 100);
  EXPECT_EQ(find(pilot.last, Rule::little), nullptr);
}

/// The example of docs/concepts/decision.md.
TEST(Decide, the_documented_example_is_what_happens) {
  const ServicePolicy shop = policy_for_test(2, 12);
  Policy policy;
  policy.services = {shop};
  Model model;
  ServiceModel& learned = model.services["shop"];
  learned.capacity.basis = Basis::learned;
  learned.capacity.concurrency = 8;
  learned.capacity.latency_s = 0.05;
  learned.capacity.attempts = 12'431;
  learned.capacity.end_seen = true;
  learned.startup_s = 3;
  learned.lead_s = 1.05 + 1.3 * 3;
  State state;
  state.services["shop"].demand.assign(119, {1, 1290});
  state.services["shop"].needs = {{8.6, 4}};
  state.services["shop"].replicas = 9;
  Observations seen;
  seen.dt = std::chrono::seconds(1);
  ServiceSeen& tick = seen.services.emplace_back();
  tick.service = "shop";
  tick.arrivals = 1290;
  tick.good = 1290;
  tick.concurrency = 60;
  for (int i = 0; i < 9; ++i) tick.replicas.emplace_back().phase = Phase::ready;

  const Decisions decisions = allocate(policy, decide(policy, model, state, seen));
  const ServiceDecision& decision = decisions.services[0];
  EXPECT_EQ(decision.summary,
            "9 → 12: 1908 requests/s expected within 5.0 s need 12.6 replicas of 160/s each, "
            "0.6 of them for chance; at most 12 are allowed");
  EXPECT_EQ(decision.counterfactuals, (std::vector<Counterfactual>{{Rule::max, 13}}));
  std::string reasons;
  for (const auto& r : decision.reasons)
    reasons += std::string(r.stage()) + ", " + std::string(r.name()) + ": " +
               std::to_string(r.replicas) + (r.decisive ? " ← " : " – ") + r.text + "\n";
  EXPECT_EQ(
      reasons,
      "evidence, complete: 9 – all sources reported\n"
      "shape, steady: 9 – 1290 requests/s over 120 s\n"
      "evidence, little: 9 – 0 s of growth seen, few for 2% of moments until 500: a prior counts\n"
      "need, growth: 9 – after 2% of moments like this one demand is above 1.48 × this "
      "within 5.0 s\n"
      "need, capacity: 9 – learned 8.0 in flight per replica from 12,431 attempts: "
      "160 requests/s each\n"
      "need, latency: 13 ← 1908 requests/s expected within 5.0 s need 12.6 replicas of "
      "160/s each, 0.6 of them for chance\n"
      "bound, max: 12 ← at most 12 are allowed\n");
}

TEST(Decide, replicas_that_start_are_not_ordered_again) {
  FluidWorld world;
  Pilot pilot = settled(world, policy_for_test());
  world.startup_s = 60;  // nothing becomes ready while we look
  pilot.advance(world, 800);
  for (int t = 0; t < 20; ++t) {
    pilot.advance(world, 800);
    // What piles up meanwhile may at most double what demand itself needs, but for rounding.
    EXPECT_LE(pilot.last.replicas, 2 * find(pilot.last, Rule::latency)->replicas + 1) << t;
  }
  EXPECT_LE(world.replicas.size(), 20);
}

TEST(Decide, from_zero_one_request_starts_one_replica_and_silence_stops_it) {
  FluidWorld world;
  Pilot pilot(policy_for_test(0));
  for (int t = 0; t < 30; ++t) pilot.advance(world, 0);
  EXPECT_EQ(pilot.last.replicas, 0);
  Observations seen = world.tick(pilot.policy.services[0], 0);
  seen.services[0].arrivals = 1;
  seen.services[0].waiting = 1;
  pilot.decide_on(seen);
  EXPECT_EQ(pilot.last.replicas, 1);
  EXPECT_TRUE(pilot.last.summary.starts_with("0 → 1: ")) << pilot.last.summary;
  world.apply(1);
  for (int t = 0; t < 110; ++t) pilot.advance(world, 0);
  EXPECT_EQ(pilot.last.replicas, 1) << "within 120 s";
  for (int t = 0; t < 60; ++t) pilot.advance(world, 0);
  EXPECT_EQ(pilot.last.replicas, 0);
}

TEST(Decide, one_request_that_takes_minutes_keeps_one_replica_and_not_two) {
  FluidWorld world;
  Pilot pilot(policy_for_test());
  world.apply(2);
  for (int t = 0; t < 300; ++t) {
    Observations seen = world.tick(pilot.policy.services[0], 0);
    seen.services[0].concurrency = 1;
    pilot.decide_on(seen);
    world.apply(pilot.last.replicas);
  }
  EXPECT_EQ(find(pilot.last, Rule::activation)->replicas, 1);
  EXPECT_EQ(pilot.last.replicas, 1);
}

/// One request of 24 s every four minutes: a tenth of what one of eight places serves.
TEST(Decide, a_request_of_many_seconds_now_and_then_is_served_by_one_replica) {
  FluidWorld world;
  world.service_s = 24;
  ServicePolicy policy = policy_for_test();
  policy.objective.latency = 60s;
  Pilot pilot(policy);
  world.apply(1);
  int most = 0;
  for (int t = 0; t < 4 * 3600; ++t) {
    const int passed = t % 240;
    Observations seen = world.tick(pilot.policy.services[0], 0);
    ServiceSeen& service = seen.services[0];
    service.arrivals = passed == 0 ? 1 : 0;
    service.concurrency = passed < 24 ? 1 : 0;
    if (passed == 24) {
      service.good = 1;
      service.by_concurrency.attempts[0] = 1;
      service.by_concurrency.latency_s[0] = 24;
    }
    pilot.decide_on(seen);
    world.apply(pilot.last.replicas);
    if (t >= 3600) most = std::max(most, pilot.last.replicas);
  }
  EXPECT_EQ(most, 1);
}

TEST(Decide, while_replicas_are_replaced_nothing_is_lowered_and_raising_goes_on) {
  FluidWorld world;
  Pilot pilot = settled(world, policy_for_test());
  const int before = pilot.last.replicas;
  const auto during = [&](double rate) {
    Observations seen = world.tick(pilot.policy.services[0], rate);
    seen.services[0].rolling_out = true;
    pilot.decide_on(seen);
    world.apply(pilot.last.replicas);
  };
  for (int t = 0; t < 200; ++t) during(20);
  EXPECT_EQ(pilot.last.replicas, before);
  ASSERT_NE(find(pilot.last, Rule::roll_out), nullptr);
  EXPECT_EQ(pilot.last.counterfactuals.back().without, Rule::roll_out);
  EXPECT_LT(pilot.last.counterfactuals.back().replicas, before);
  for (int t = 0; t < 60; ++t) during(900);
  EXPECT_GT(pilot.last.replicas, before);
  for (int t = 0; t < 300; ++t) pilot.advance(world, 20);
  EXPECT_LT(pilot.last.replicas, before) << "once it is over";
}

TEST(Decide, while_requests_are_late_whatever_the_concurrency_nothing_is_lowered) {
  FluidWorld world;
  Pilot pilot = settled(world, policy_for_test());
  const int before = pilot.last.replicas;
  Observations seen;
  for (int t = 0; t < 200; ++t) {
    seen = world.tick(pilot.policy.services[0], 20);
    pilot.state.services.at("shop").replicas = before;  // as if decided a second ago
    pilot.decide_on(seen);
  }
  pilot.state.services.at("shop").replicas = before;
  const auto decided_with = [&](Basis basis) {
    pilot.model.services.at("shop").capacity.basis = basis;
    return decide(pilot.policy, pilot.model, pilot.state, seen).services[0];
  };
  EXPECT_LT(decided_with(Basis::learned).decision.replicas, before);
  const Proposal held = decided_with(Basis::held);
  EXPECT_EQ(held.decision.replicas, before);
  EXPECT_EQ(held.floor, before) << "nor does it give way to others";
  ASSERT_NE(find(held.decision, Rule::incident), nullptr);
  EXPECT_EQ(held.decision.counterfactuals.back().without, Rule::incident);
}

TEST(Decide, evidence_that_contradicts_itself_never_lowers_and_says_so) {
  FluidWorld world;
  Pilot pilot = settled(world, policy_for_test());
  const int before = pilot.last.replicas;
  for (int t = 0; t < 200; ++t) {
    Observations seen = world.tick(pilot.policy.services[0], 300);
    seen.services[0].arrivals = 0;  // while answers go out as before
    pilot.decide_on(seen);
    ASSERT_GE(pilot.last.replicas, before) << t;
  }
  const Reason* reason = find(pilot.last, Rule::contradictory);
  ASSERT_NE(reason, nullptr);
  EXPECT_NE(reason->text.find("requests that came or were there within"), std::string::npos);
  EXPECT_TRUE(find(pilot.last, Rule::no_evidence)->decisive);
  for (int t = 0; t < 300; ++t) pilot.advance(world, 20);
  EXPECT_LT(pilot.last.replicas, before) << "when it fits together again";
}

TEST(Decide, a_backlog_is_drained_within_the_time_that_is_stated) {
  FluidWorld world;
  ServicePolicy policy = policy_for_test();
  const auto more_for = [&](Duration drain_within) {
    FluidWorld same = world;
    policy.scale.drain_within = drain_within;
    Pilot pilot = settled(same, policy);
    Observations seen = same.tick(policy, 300);
    seen.services[0].waiting = 3000;
    pilot.decide_on(seen);
    const double per_second = pilot.model.services.at("shop").capacity.per_second();
    return (pilot.last.replicas - find(pilot.last, Rule::latency)->replicas) * per_second;
  };
  EXPECT_NEAR(more_for(10s), 300, 200) << "requests/s, within a replica";
  EXPECT_NEAR(more_for(5s), 600, 200);
  EXPECT_NEAR(more_for(0s), 1000, 200) << "the start-up time of 3 s";
}

TEST(Decide, start_up_times_are_learned_and_planned_for) {
  FluidWorld world;
  world.startup_s = 7;
  Pilot pilot(policy_for_test());
  pilot.advance(world, 10);
  EXPECT_DOUBLE_EQ(pilot.model.services.at("shop").startup_s, 10) << "the prior";
  for (int t = 0; t < 30; ++t) pilot.advance(world, 200);
  const ServiceModel& model = pilot.model.services.at("shop");
  EXPECT_DOUBLE_EQ(model.startup_s, 7);
  EXPECT_NEAR(model.lead_s, 1.05 + 1.3 * 7, 1e-9);
  EXPECT_EQ(model.startups_s.size(), static_cast<std::size_t>(world.started)) << "each once";
}

TEST(Decide, an_objective_missed_at_full_replicas_raises_beyond_the_model) {
  FluidWorld world;
  Pilot pilot = settled(world, policy_for_test());
  const int before = pilot.last.replicas;
  Observations seen = world.tick(pilot.policy.services[0], 300);
  ServiceSeen& shop = seen.services[0];
  shop.concurrency = 1.6 * pilot.model.services.at("shop").capacity.concurrency * before;
  shop.late = shop.good;
  shop.good = 0;
  pilot.decide_on(seen);
  EXPECT_GT(pilot.last.replicas, before);
  const Reason* reason = find(pilot.last, Rule::objective_missed);
  ASSERT_NE(reason, nullptr);
  EXPECT_TRUE(reason->decisive);
  EXPECT_LE(pilot.last.replicas, static_cast<int>(1.5 * before) + 1);
}

TEST(Decide, a_stated_target_is_kept_where_it_asks_for_more) {
  FluidWorld world;
  ServicePolicy policy = policy_for_test();
  policy.scale.target_concurrency = 2;  // a replica could carry 8
  const Pilot pilot = settled(world, policy);
  EXPECT_GE(pilot.last.replicas, 8) << "300/s × 50 ms = 15 in flight";
  EXPECT_GE(find(pilot.last, Rule::target)->replicas, 8) << pilot.last.summary;
  EXPECT_LT(find(pilot.last, Rule::latency)->replicas, 8) << "by capacity alone";
}

}  // namespace
}  // namespace headroom::scale
