// What must hold whatever happens: bounds, order, repeatability. Steadiness: steadiness_test.cpp.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <optional>
#include <regex>
#include <set>

#include "scale/fluid_world_for_test.h"

namespace headroom::scale {
namespace {

using namespace std::chrono_literals;

/// A policy, and demand that wanders, jumps and stops; all from the seed.
struct Wild {
  explicit Wild(std::uint64_t seed) : random(seed) {
    world.random = Random(seed + 1);
    world.slots = 1 + static_cast<int>(random.below(12));
    world.service_s = 0.01 + 0.3 * random.uniform() * random.uniform();
    world.startup_s = static_cast<double>(1 + random.below(20));
    policy = policy_for_test(static_cast<int>(random.below(4)));
    policy.replicas.max = policy.replicas.min + 1 + static_cast<int>(random.below(60));
    policy.objective.latency = from_seconds(world.service_s * (1.2 + 4 * random.uniform()));
    if (random.below(3) == 0) policy.objective.latency *= 10;
    if (random.below(3) == 0) policy.queue_wait = 10s;
    if (random.below(3) == 0) policy.scale.step = 1 + static_cast<int>(random.below(5));
    if (random.below(3) == 0) policy.scale.target_concurrency = 1 + 10 * random.uniform();
    if (random.below(3) == 0) policy.scale.in_delay = 1s * (1 + random.below(60));
    if (random.below(3) == 0) policy.replicas.zones = 2 + static_cast<int>(random.below(3));
    for (std::uint64_t events = random.below(3); events > 0; --events) add_event();
    if (random.below(3) == 0)
      policy.scale.pid =
          spec::Pid{.cpu = 0.2 + 0.8 * random.uniform(), .reset = 10s * (1 + random.below(12))};
    rate = 300 * random.uniform();
  }

  /// Some minutes within the run: the world's clock begins at 8:00.
  void add_event() {
    const auto minute = std::to_string(random.below(6));
    policy.scale.calendar.push_back(
        {.cron = spec::parse_cron(minute + " 8 * * *").value(),
         .length = 30s * (1 + random.below(4)),
         .at_least =
             1 + static_cast<int>(random.below(static_cast<std::uint64_t>(policy.replicas.max)))});
  }

  double next_rate() {
    const auto kind = random.below(60);
    if (kind == 0) rate = 800 * random.uniform() * random.uniform();
    if (kind == 1) rate = 0;
    rate *= 1 + 0.02 * random.normal();
    return std::max(0.0, rate);
  }

  Random random;
  FluidWorld world;
  ServicePolicy policy;
  double rate = 0;
};

/// Takes away evidence, or the leave to lower, in one of the ways it can be missing.
void damage(Observations& seen, Random& random) {
  switch (random.below(6)) {
    case 0:
      seen.services.clear();
      break;
    case 1:
      seen.services[0].completeness = 0;
      break;
    case 2:
      seen.services[0].completeness = 0.7;
      break;
    case 3:
      seen.services[0].concurrency = std::numeric_limits<double>::quiet_NaN();
      break;
    case 4:
      seen.services[0].rolling_out = true;
      break;
    default:
      seen.dt = 0s;
      break;
  }
}

/// The number of replicas that a reason's text speaks of; nothing where it names none.
std::optional<double> quoted(const Reason& reason) {
  static const std::map<Rule, std::regex> patterns{
      {Rule::latency, std::regex(R"(need ([0-9.]+) replicas)")},
      {Rule::backlog, std::regex(R"(waiting, to be served within [0-9.]+ s, ([0-9.]+)$)")},
      {Rule::target, std::regex(R"(per replica need ([0-9.]+)$)")},
      {Rule::pid, std::regex(R"(aimed for: ([0-9.]+) of them)")},
      {Rule::objective_missed, std::regex(R"(take at once: ([0-9.]+) replicas)")},
      {Rule::in_delay, std::regex(R"(^kept for [0-9.]+ s: the ([0-9.]+) that)")},
      {Rule::hysteresis, std::regex(R"(([0-9.]+) are kept)")}};
  const auto pattern = patterns.find(reason.rule);
  if (pattern == patterns.end()) return std::nullopt;
  std::smatch found;
  if (!std::regex_search(reason.text, found, pattern->second)) {
    ADD_FAILURE() << "no number of replicas in: " << reason.text;
    return std::nullopt;
  }
  return std::stod(found[1]);
}

TEST(Property, explanations_add_up) {
  std::set<Rule> rules;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Wild wild(seed);
    Pilot pilot(wild.policy);
    wild.world.apply(wild.policy.replicas.min);
    for (int t = 0; t < 400; ++t) {
      Observations seen = wild.world.tick(wild.policy, wild.next_rate());
      if (t > 0 && wild.random.below(8) == 0) damage(seen, wild.random);
      pilot.decide_on(seen);
      const ServiceDecision& decision = pilot.last;
      const Reason* last = nullptr;
      for (const Reason& reason : decision.reasons) {
        const auto figure = quoted(reason);
        if (figure) {
          rules.insert(reason.rule);
          ASSERT_EQ(std::ceil(*figure), reason.replicas) << reason.text << "; seed " << seed;
        }
        if (reason.decisive) last = &reason;
      }
      ASSERT_TRUE(last != nullptr);
      ASSERT_EQ(last->replicas, decision.replicas) << decision.summary << "; seed " << seed;
      wild.world.apply(decision.replicas);
    }
  }
  EXPECT_EQ(rules.size(), 7U) << "every rule that names a number had its say";
}

TEST(Property, bounds_hold_and_missing_evidence_never_lowers) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Wild wild(seed);
    Pilot pilot(wild.policy);
    wild.world.apply(wild.policy.replicas.min);
    for (int t = 0; t < 400; ++t) {
      Observations seen = wild.world.tick(wild.policy, wild.next_rate());
      const bool damaged = t > 0 && wild.random.below(4) == 0;
      if (damaged) damage(seen, wild.random);
      const int before = pilot.last.replicas;
      pilot.decide_on(seen);
      const int now = pilot.last.replicas;
      ASSERT_GE(now, wild.policy.replicas.min) << "seed " << seed << " second " << t;
      ASSERT_LE(now, wild.policy.replicas.max) << "seed " << seed << " second " << t;
      if (damaged) {
        ASSERT_GE(now, before) << "seed " << seed << " second " << t;
      }
      ASSERT_FALSE(pilot.last.summary.empty());
      wild.world.apply(now);
    }
  }
}

TEST(Property, more_demand_never_proposes_fewer_replicas) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Wild wild(seed);
    Pilot pilot(wild.policy, Explain::no);
    for (int t = 0; t < 300; ++t) {
      const Observations seen = pilot.advance(wild.world, wild.next_rate());
      if (t % 10 != 0) continue;
      Observations more = seen;
      int before = -1;
      for (std::uint64_t arrivals = 0; arrivals < 3000; arrivals += 1 + arrivals / 8) {
        more.services[0].arrivals = arrivals;
        const Proposals proposals = decide(pilot.policy, pilot.model, pilot.state, more);
        // Arrivals that cannot be true are evidence of another quality: they hold.
        if (proposals.services[0].decision.reasons[0].rule == Rule::contradictory) continue;
        const int replicas = proposals.services[0].decision.replicas;
        ASSERT_GE(replicas, before) << "seed " << seed << " second " << t << " at " << arrivals;
        before = replicas;
      }
    }
  }
}

TEST(Property, the_same_observations_give_the_same_decisions_models_and_states) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Wild wild(seed);
    Pilot live(wild.policy);
    std::vector<Observations> journal;
    std::vector<ServiceDecision> decisions;
    for (int t = 0; t < 300; ++t) {
      journal.push_back(live.advance(wild.world, wild.next_rate()));
      decisions.push_back(live.last);
    }
    Pilot replay(wild.policy);
    for (std::size_t t = 0; t < journal.size(); ++t) {
      replay.decide_on(journal[t]);
      ASSERT_EQ(replay.last, decisions[t]) << "seed " << seed << " second " << t;
    }
    EXPECT_EQ(replay.model, live.model) << "seed " << seed;
    EXPECT_EQ(replay.state, live.state) << "seed " << seed;
  }
}

}  // namespace
}  // namespace headroom::scale
