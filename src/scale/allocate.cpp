// What is settled over all services: connections of downstreams, then the budget per hour.
#include <fmt/format.h>

#include <algorithm>

#include <queue>
#include <tuple>

#include "scale/decide.h"
#include "scale/need.h"
#include "scale/summary.h"

namespace headroom::scale {
namespace {

/// Something all services share, and how much of it one replica of each takes.
struct Shared {
  std::string rule;
  std::string unit;
  double allowed = 0;
  std::vector<double> each;  // by position in the policy
};

double used(const Shared& shared, const Proposals& proposals) {
  double sum = 0;
  for (std::size_t i = 0; i < shared.each.size(); ++i)
    sum += shared.each[i] * proposals.services[i].decision.replicas;
  return sum;
}

/// Priority, sheddable last; how far a service is above its floor in proportion; then its price;
/// then its place in the file. The greatest gives way.
using Turn = std::tuple<spec::Priority, double, double, std::size_t>;

void give_way(const Policy& policy, const Shared& shared, std::vector<int>& replicas, double excess,
              const Proposals& proposals) {
  std::priority_queue<Turn> turns;
  const auto enqueue = [&](std::size_t i) {
    const int floor = proposals.services[i].floor;
    if (shared.each[i] > 0 && replicas[i] > floor)
      turns.emplace(policy.services[i].scale.priority,
                    static_cast<double>(replicas[i] - floor) / std::max(1, floor),
                    policy.services[i].replicas.cost_per_hour, i);
  };
  for (std::size_t i = 0; i < replicas.size(); ++i) enqueue(i);
  while (excess > 1e-9 && !turns.empty()) {
    const std::size_t i = std::get<3>(turns.top());
    turns.pop();
    --replicas[i];
    excess -= shared.each[i];
    enqueue(i);
  }
}

void apply(const Policy& policy, const Shared& shared, Proposals& proposals) {
  const double wanted = used(shared, proposals);
  if (wanted <= shared.allowed + 1e-9) return;
  std::vector<int> replicas;
  for (const auto& proposal : proposals.services) replicas.push_back(proposal.decision.replicas);
  give_way(policy, shared, replicas, wanted - shared.allowed, proposals);
  for (std::size_t i = 0; i < replicas.size(); ++i) {
    if (shared.each[i] <= 0) continue;
    auto& decision = proposals.services[i].decision;
    const bool bit = replicas[i] != decision.replicas;
    if (bit) decision.counterfactuals.push_back({shared.rule, decision.replicas});
    decision.replicas = replicas[i];
    decision.reasons.push_back({"allocate", shared.rule, replicas[i],
                                fmt::format("all services together want {} of {} {}", brief(wanted),
                                            brief(shared.allowed), shared.unit),
                                bit});
  }
}

std::vector<Shared> shared_limits(const Policy& policy) {
  std::vector<Shared> limits;
  for (const auto& [name, connections] : policy.downstreams) {
    Shared shared{name, "connections of " + name, static_cast<double>(connections), {}};
    for (const auto& service : policy.services) {
      const auto uses = service.scale.uses.find(name);
      shared.each.push_back(uses == service.scale.uses.end() ? 0 : uses->second);
    }
    limits.push_back(std::move(shared));
  }
  if (policy.budget_per_hour) {
    Shared shared{"budget", "per hour", *policy.budget_per_hour, {}};
    for (const auto& service : policy.services)
      shared.each.push_back(service.replicas.cost_per_hour);
    limits.push_back(std::move(shared));
  }
  return limits;
}

}  // namespace

Decisions allocate(const Policy& policy, Proposals proposals) {
  for (const auto& shared : shared_limits(policy)) apply(policy, shared, proposals);
  Decisions out;
  for (auto& proposal : proposals.services) {
    auto& decision = proposal.decision;
    if (proposal.next.replicas >= 0) proposal.next.replicas = decision.replicas;
    if (!decision.reasons.empty()) decision.summary = summary_of(decision, proposal.from);
    out.next.services.emplace(decision.service, std::move(proposal.next));
    out.services.push_back(std::move(decision));
  }
  return out;
}

}  // namespace headroom::scale
