// Who gives way when services together want more than there is.
#include <gtest/gtest.h>

#include <numeric>

#include "core/random.h"
#include "scale/decide.h"

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

TEST(Allocate,
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

TEST(Allocate, the_reason_has_the_numbers_and_the_counterfactual_the_wish) {
  Case c = asked({{6, 1, 0.5}, {2, 1, 0.5}});
  c.policy.budget_per_hour = 3;
  const Decisions decisions = allocate(c.policy, c.proposals);
  EXPECT_EQ(replicas_of(decisions), (std::vector{4, 2}));
  const auto& first = decisions.services[0];
  ASSERT_EQ(first.reasons.size(), 1);
  EXPECT_EQ(first.reasons[0].text, "all services together want 4 of 3 per hour");
  EXPECT_TRUE(first.reasons[0].decisive);
  ASSERT_EQ(first.counterfactuals.size(), 1);
  EXPECT_EQ(first.counterfactuals[0], (Counterfactual{"budget", 6}));
  EXPECT_FALSE(decisions.services[1].reasons[0].decisive);
  EXPECT_EQ(decisions.next.services.at("s0").replicas, 4) << "what was decided is remembered";
}

TEST(Allocate, limits_hold_unless_the_floors_alone_break_them) {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    Random random(seed);
    std::vector<Asked> services;
    double floors = 0;
    double connections = 0;
    for (int i = 0; i < 6; ++i) {
      const int floor = static_cast<int>(random.below(4));
      services.push_back({.replicas = floor + static_cast<int>(random.below(20)),
                          .floor = floor,
                          .cost = 0.1 + random.uniform(),
                          .uses = static_cast<int>(random.below(8)),
                          .priority = static_cast<spec::Priority>(random.below(3))});
      floors += floor * services.back().cost;
      connections += floor * services.back().uses;
    }
    Case c = asked(services);
    c.policy.downstreams["postgres"] = 150;
    c.policy.budget_per_hour = 20;
    const Decisions decisions = allocate(c.policy, c.proposals);
    double cost = 0;
    int used = 0;
    for (std::size_t i = 0; i < services.size(); ++i) {
      const int replicas = decisions.services[i].replicas;
      EXPECT_GE(replicas, services[i].floor) << "seed " << seed;
      EXPECT_LE(replicas, services[i].replicas) << "seed " << seed;
      cost += replicas * services[i].cost;
      used += replicas * services[i].uses;
    }
    EXPECT_LE(cost, std::max(20.0, floors) + 1e-6) << "seed " << seed;
    EXPECT_LE(used, std::max(150.0, connections)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace headroom::scale
