// Who gives way when services together want more than there is, and which zones replicas go to.
#include "scale/placement.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <string>

#include "core/random.h"
#include "scale/settle.h"

namespace headroom::scale {
namespace {

struct Asked {
  int replicas = 0;
  int floor = 1;
  double cost = 1;
  int uses = 10;
  spec::Priority priority = spec::Priority::normal;
};

struct Case {
  Policy policy;
  Proposals proposals;
};

Case asked(const std::vector<Asked>& services) {
  Case c;
  for (const auto& a : services) {
    ServicePolicy policy;
    policy.service = "s" + std::to_string(c.policy.services.size());
    policy.replicas.min = a.floor;
    policy.replicas.cost_per_hour = a.cost;
    policy.scale.uses["postgres"] = a.uses;
    policy.scale.priority = a.priority;
    Proposal proposal;
    proposal.decision.service = policy.service;
    proposal.decision.replicas = proposal.next.replicas = a.replicas;
    proposal.floor = a.floor;
    c.policy.services.push_back(policy);
    c.proposals.services.push_back(proposal);
  }
  return c;
}

std::vector<int> replicas_of(const Decisions& decisions) {
  std::vector<int> out;
  for (const auto& decision : decisions.services) out.push_back(decision.replicas);
  return out;
}

TEST(Placement,
     lower_priority_then_whoever_is_furthest_above_its_floor_in_proportion_gives_way_first) {
  struct Row {
    std::vector<Asked> services;
    int connections;
    std::vector<int> replicas;
  };
  constexpr auto critical = spec::Priority::critical;
  constexpr auto sheddable = spec::Priority::sheddable;
  const Row rows[] = {
      {{{5}, {4}}, 100, {5, 4}},        // 90 of 100: nobody
      {{{6}, {2}}, 60, {4, 2}},         // six times its floor before twice
      {{{8, 2}, {8, 4}}, 100, {3, 7}},  // proportions, not numbers, are made even
      {{{6, 3}, {6, 3}}, 100, {5, 5}},
      {{{6, 1, 1}, {6, 1, 5}}, 110, {6, 5}},        // at equal proportion the dearer one
      {{{6, 1, 1, 10}, {6, 1, 1, 0}}, 30, {3, 6}},  // who does not use it is left alone
      {{{3, 3}, {4, 4}}, 30, {3, 4}},               // never below the floor
      // Less important ones down to their floor before the next.
      {{{9, 1, 1, 10, critical}, {6, 3, 1, 10, sheddable}}, 130, {9, 4}},
      {{{9, 1, 1, 10, critical}, {6, 3, 1, 10, sheddable}}, 100, {7, 3}},
      {{{4, 2, 1, 10, sheddable}, {9}, {9, 1, 9, 10, critical}}, 140, {2, 3, 9}},
  };
  for (const auto& row : rows) {
    Case c = asked(row.services);
    c.policy.downstreams["postgres"] = row.connections;
    const Decisions decisions = allocate(c.policy, c.proposals);
    EXPECT_EQ(replicas_of(decisions), row.replicas) << row.connections;
  }
}

TEST(Placement, the_reason_has_the_numbers_and_the_counterfactual_the_wish) {
  Case c = asked({{6, 1, 0.5}, {2, 1, 0.5}});
  c.policy.budget_per_hour = 3;
  const Decisions decisions = allocate(c.policy, c.proposals);
  EXPECT_EQ(replicas_of(decisions), (std::vector{4, 2}));
  const auto& first = decisions.services[0];
  ASSERT_EQ(first.reasons.size(), 1);
  EXPECT_EQ(first.reasons[0].text, "all services together want 4 of 3 per hour");
  EXPECT_TRUE(first.reasons[0].decisive);
  ASSERT_EQ(first.counterfactuals.size(), 1);
  EXPECT_EQ(first.counterfactuals[0], (Counterfactual{Rule::budget, 6}));
  EXPECT_FALSE(decisions.services[1].reasons[0].decisive);
  EXPECT_EQ(decisions.next.services.at("s0").replicas, 4) << "what was decided is remembered";
}

TEST(Placement, what_one_limit_keeps_from_a_service_another_may_have) {
  // 4 more of s0 would be too dear; the connections that it does not take are
  // left for s1.
  Case c = asked({{6, 1, 2}, {6, 1, 0.1}});
  c.policy.downstreams["postgres"] = 80;
  c.policy.budget_per_hour = 5;
  const Decisions decisions = allocate(c.policy, c.proposals);
  EXPECT_EQ(replicas_of(decisions), (std::vector{2, 6}));
  const auto& first = decisions.services[0];
  EXPECT_FALSE(first.reasons[0].decisive) << "connections are left";
  EXPECT_EQ(first.reasons[0].name(), "postgres");
  EXPECT_TRUE(first.reasons[1].decisive);
  EXPECT_EQ(first.counterfactuals, (std::vector<Counterfactual>{{Rule::budget, 4}}))
      << "without the budget the connections are shared";
}

TEST(Placement, replicas_are_spread_evenly_and_one_more_is_one_zones) {
  EXPECT_EQ(spread(8, 3), (std::vector{3, 3, 2}));
  EXPECT_EQ(spread(2, 3), (std::vector{1, 1, 0}));
  EXPECT_EQ(spread(5, 1), (std::vector{5}));
  for (int zones = 1; zones <= 7; ++zones)
    for (int replicas = 0; replicas < 40; ++replicas) {
      const auto now = spread(replicas, zones);
      const auto more = spread(replicas + 1, zones);
      const auto [least, most] = std::ranges::minmax(now);
      EXPECT_LE(most - least, 1);
      EXPECT_EQ(std::accumulate(now.begin(), now.end(), 0), replicas);
      int moved = 0;
      for (std::size_t i = 0; i < now.size(); ++i) moved += std::abs(more[i] - now[i]);
      EXPECT_EQ(moved, 1) << replicas << " over " << zones;
    }
}

TEST(Placement, a_decision_says_how_many_each_zone_gets_of_what_is_left_after_limits) {
  Case c = asked({{6, 1}, {3, 1}});
  c.policy.services[0].replicas.zones = 3;
  c.policy.downstreams["postgres"] = 70;
  const Decisions decisions = allocate(c.policy, c.proposals);
  EXPECT_EQ(replicas_of(decisions), (std::vector{4, 3}));
  EXPECT_EQ(decisions.services[0].zones, (std::vector{2, 1, 1}));
  EXPECT_TRUE(decisions.services[1].zones.empty()) << "it has one";
}

TEST(Placement, replicas_without_a_zone_are_counted_in_none) {
  ServiceSeen seen;
  for (const int zone : {1, 3, 3, 0, 4})
    seen.replicas.push_back({.id = "r", .phase = Phase::ready, .zone = zone});
  seen.replicas.push_back({.id = "r", .phase = Phase::draining, .zone = 2});
  EXPECT_EQ(in_zones(seen, Phase::ready, 3), (std::vector{1, 0, 2}));
}

/// Services, their bounds and what they share, at random; each asks for what
/// its own bounds leave of what it needs.
struct Wild {
  explicit Wild(std::uint64_t seed) : random(seed) {
    const auto services = 1 + random.below(6);
    for (const char* name : {"kafka", "postgres", "redis"})
      if (random.below(3) > 0) policy.downstreams[name] = static_cast<int>(random.below(200));
    if (random.below(3) > 0) policy.budget_per_hour = 20 * random.uniform();
    for (std::uint64_t i = 0; i < services; ++i) add(i);
  }

  void add(std::uint64_t number) {
    ServicePolicy service;
    // Their names are in another order than they are.
    service.service = std::to_string(number * 7 % 10);
    service.replicas.min = static_cast<int>(random.below(4));
    service.replicas.max = service.replicas.min + 1 + static_cast<int>(random.below(20));
    service.replicas.zones = 1 + static_cast<int>(random.below(4));
    service.replicas.cost_per_hour = random.below(4) > 0 ? 0.1 + random.uniform() : 0;
    service.scale.priority = static_cast<spec::Priority>(random.below(3));
    service.scale.step = static_cast<int>(random.below(6));
    for (const auto& [name, connections] : policy.downstreams)
      if (random.below(2) > 0) service.scale.uses[name] = 1 + static_cast<int>(random.below(9));

    Question q;
    q.needs.push_back({Rule::latency, 30 * random.uniform(), ""});
    q.last = static_cast<int>(random.below(20));
    q.ready = static_cast<int>(random.below(20));
    q.evidence = random.below(4) > 0;
    q.bounds = service.replicas;
    q.step = service.scale.step;
    Proposal proposal;
    proposal.decision.service = service.service;
    proposal.decision.replicas = settle(q, {}, nullptr);
    proposal.floor = service.replicas.min;
    if (!q.evidence)
      proposal.floor = std::max(proposal.floor, std::min(q.last, proposal.decision.replicas));
    EXPECT_LE(proposal.decision.replicas, service.replicas.max);
    if (q.step > 0) {
      EXPECT_LE(proposal.decision.replicas, std::max({q.last, q.ready + q.step, q.bounds.min}));
    }
    policy.services.push_back(service);
    proposals.services.push_back(proposal);
  }

  /// What all take together of one limit, and what one more of the service at
  /// `place` takes.
  struct Limit {
    double allowed = 0;
    std::vector<double> each;
  };
  [[nodiscard]] std::vector<Limit> limits() const {
    std::vector<Limit> out;
    for (const auto& [name, connections] : policy.downstreams) {
      Limit& limit = out.emplace_back(Limit{static_cast<double>(connections), {}});
      for (const auto& service : policy.services) {
        const auto uses = service.scale.uses.find(name);
        limit.each.push_back(uses == service.scale.uses.end() ? 0 : uses->second);
      }
    }
    if (policy.budget_per_hour) {
      Limit& limit = out.emplace_back(Limit{*policy.budget_per_hour, {}});
      for (const auto& service : policy.services)
        limit.each.push_back(service.replicas.cost_per_hour);
    }
    return out;
  }

  Random random;
  Policy policy;
  Proposals proposals;
};

TEST(Placement, all_limits_hold_at_once_and_nothing_is_left_over_that_none_forbids) {
  int refused = 0;
  int by_several = 0;
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    const Wild wild(seed);
    const std::vector<int> replicas = replicas_of(allocate(wild.policy, wild.proposals));
    const auto limits = wild.limits();
    const auto used = [&replicas](const Wild::Limit& limit) {
      return std::inner_product(replicas.begin(), replicas.end(), limit.each.begin(), 0.0);
    };
    std::vector<int> forbids(replicas.size());
    for (const auto& limit : limits) {
      const bool broken = used(limit) > limit.allowed + 1e-6;
      for (std::size_t i = 0; i < replicas.size(); ++i) {
        if (broken && limit.each[i] > 0) {
          EXPECT_EQ(replicas[i], wild.proposals.services[i].floor) << "only floors may break it";
        }
        forbids[i] += limit.each[i] > 0 && used(limit) + limit.each[i] > limit.allowed - 1e-6;
      }
    }
    for (std::size_t i = 0; i < replicas.size(); ++i) {
      const Proposal& asked = wild.proposals.services[i];
      EXPECT_GE(replicas[i], asked.floor);
      EXPECT_LE(replicas[i], asked.decision.replicas);
      if (replicas[i] == asked.decision.replicas) continue;
      EXPECT_GT(forbids[i], 0) << "one more would break no limit";
      ++refused;
      by_several += forbids[i] > 1;
    }
  }
  EXPECT_GT(refused, 1000) << "limits were in the way";
  EXPECT_GT(by_several, 100) << "and several at once";
}

TEST(Placement, the_order_of_services_does_not_matter) {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    Wild wild(seed);
    // Equal ones, so that the rule for ties has its say.
    if (seed % 2 == 0)
      for (ServicePolicy& service : wild.policy.services) {
        service.replicas.cost_per_hour = 0.5;
        service.scale.priority = spec::Priority::normal;
      }
    std::map<std::string, ServiceDecision> first;
    for (const auto& decision : allocate(wild.policy, wild.proposals).services)
      first[decision.service] = decision;
    for (int round = 0; round < 3; ++round) {
      for (std::size_t i = wild.policy.services.size(); i > 1; --i) {
        const auto other = wild.random.below(i);
        std::swap(wild.policy.services[i - 1], wild.policy.services[other]);
        std::swap(wild.proposals.services[i - 1], wild.proposals.services[other]);
      }
      for (const auto& decision : allocate(wild.policy, wild.proposals).services)
        EXPECT_EQ(decision.replicas, first.at(decision.service).replicas)
            << "service " << decision.service << ", seed " << seed;
    }
  }
}

TEST(Placement, whoever_gives_way_is_told_which_limit_it_was_and_what_it_would_have_without) {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    const Wild wild(seed);
    const Decisions decisions = allocate(wild.policy, wild.proposals);
    for (std::size_t i = 0; i < decisions.services.size(); ++i) {
      const ServiceDecision& decision = decisions.services[i];
      const bool lowered = decision.replicas < wild.proposals.services[i].decision.replicas;
      EXPECT_EQ(lowered, std::ranges::any_of(decision.reasons, &Reason::decisive))
          << "seed " << seed;
      for (const Counterfactual& other : decision.counterfactuals)
        EXPECT_GT(other.replicas, decision.replicas) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace headroom::scale
