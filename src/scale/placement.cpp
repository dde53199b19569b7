// Filling up from the floors, and zones in turn.
#include "scale/placement.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <queue>
#include <string_view>
#include <tuple>

#include "core/result.h"
#include "scale/need.h"
#include "scale/summary.h"

namespace headroom::scale {
namespace {

/// By so little a limit may be exceeded for the computer's rounding alone.
constexpr double limit_error = 1e-9;

/// Something all services share, and how much of it one replica of each takes.
struct Shared {
  Rule rule = Rule::budget;
  std::string of;  // the downstream
  std::string unit;
  double allowed = 0;
  std::vector<double> each;  // by position in the policy
  double wanted = 0;         // by all services together
};

std::vector<Shared> shared_limits(const Policy& policy) {
  std::vector<Shared> limits;
  for (const auto& [name, connections] : policy.downstreams) {
    Shared shared{
        Rule::downstream, name, "connections of " + name, static_cast<double>(connections), {}};
    for (const auto& service : policy.services) {
      const auto uses = service.scale.uses.find(name);
      shared.each.push_back(uses == service.scale.uses.end() ? 0 : uses->second);
    }
    limits.push_back(std::move(shared));
  }
  if (policy.budget_per_hour) {
    Shared shared{Rule::budget, {}, "per hour", *policy.budget_per_hour, {}};
    for (const auto& service : policy.services)
      shared.each.push_back(service.replicas.cost_per_hour);
    limits.push_back(std::move(shared));
  }
  return limits;
}

/// Those that what is wanted would break. What all wants together keep to is not in the way.
std::vector<Shared> limits_that_bind(const Policy& policy, const Proposals& proposals) {
  std::vector<Shared> limits = shared_limits(policy);
  for (Shared& shared : limits)
    for (std::size_t i = 0; i < shared.each.size(); ++i)
      shared.wanted += shared.each[i] * proposals.services[i].decision.replicas;
  std::erase_if(limits,
                [](const Shared& shared) { return shared.wanted <= shared.allowed + limit_error; });
  return limits;
}

/// What each service gets, by position in the policy, and whether that limit refused it one more.
struct Filled {
  std::vector<int> replicas;
  std::vector<std::vector<bool>> refused;  // by limit, then by service
};

/// Whose turn is the next: priority, how far that replica takes it above its floor in proportion,
/// its price, its name; then its place. The least is the first.
using Turn = std::tuple<spec::Priority, double, double, std::string_view, std::size_t>;

class Filling {
 public:
  /// `without`: the number of a limit that does not count.
  Filling(const Policy& policy, const Proposals& proposals, const std::vector<Shared>& limits,
          std::optional<std::size_t> without)
      : policy_(policy), proposals_(proposals), limits_(limits), without_(without) {
    out_.refused.assign(limits.size(), std::vector<bool>(proposals.services.size()));
    used_.assign(limits.size(), 0);
    for (std::size_t i = 0; i < proposals.services.size(); ++i) {
      const Proposal& asked = proposals.services[i];
      const int least = std::min(asked.floor, asked.decision.replicas);
      out_.replicas.push_back(is_limited(i) ? least : asked.decision.replicas);
      for (std::size_t l = 0; l < limits.size(); ++l)
        used_[l] += limits[l].each[i] * out_.replicas[i];
    }
  }

  Filled run() {
    for (std::size_t i = 0; i < out_.replicas.size(); ++i) enqueue(i);
    while (!turns_.empty()) {
      const std::size_t i = std::get<std::size_t>(turns_.top());
      turns_.pop();
      if (refuses(i)) continue;  // for good: nobody gives anything back
      ++out_.replicas[i];
      for (std::size_t l = 0; l < limits_.size(); ++l) used_[l] += limits_[l].each[i];
      enqueue(i);
    }
    return std::move(out_);
  }

 private:
  [[nodiscard]] bool is_limited(std::size_t i) const {
    for (std::size_t l = 0; l < limits_.size(); ++l)
      if (l != without_ && limits_[l].each[i] > 0) return true;
    return false;
  }
  void enqueue(std::size_t i) {
    const Proposal& asked = proposals_.services[i];
    if (out_.replicas[i] >= asked.decision.replicas) return;
    const ServicePolicy& service = policy_.services[i];
    turns_.emplace(
        service.scale.priority,
        static_cast<double>(out_.replicas[i] + 1 - asked.floor) / std::max(1, asked.floor),
        service.replicas.cost_per_hour, service.service, i);
  }
  bool refuses(std::size_t i) {
    bool refused = false;
    for (std::size_t l = 0; l < limits_.size(); ++l) {
      const double each = limits_[l].each[i];
      if (l == without_ || each <= 0 || used_[l] + each <= limits_[l].allowed + limit_error)
        continue;
      out_.refused[l][i] = refused = true;
    }
    return refused;
  }

  const Policy& policy_;
  const Proposals& proposals_;
  const std::vector<Shared>& limits_;
  std::optional<std::size_t> without_;
  std::vector<double> used_;  // by limit
  Filled out_;
  std::priority_queue<Turn, std::vector<Turn>, std::greater<>> turns_;
};

/// Which limits were looked at for the service, and what it would have without those that bit.
void explain(const std::vector<Shared>& limits, const Filled& filled,
             const std::vector<std::optional<Filled>>& without, std::size_t i,
             ServiceDecision& decision) {
  for (std::size_t l = 0; l < limits.size(); ++l) {
    const Shared& shared = limits[l];
    if (shared.each[i] <= 0) continue;
    const bool bit = filled.refused[l][i];
    const int replicas = filled.replicas[i];
    decision.reasons.push_back(
        {shared.rule, replicas,
         fmt::format("all services together want {} of {} {}", brief(shared.wanted),
                     brief(shared.allowed), shared.unit),
         bit, shared.of});
    if (bit && without[l]->replicas[i] != replicas)
      decision.counterfactuals.push_back({shared.rule, without[l]->replicas[i], shared.of});
  }
  decision.replicas = filled.replicas[i];
}

void share_out(const Policy& policy, Proposals& proposals) {
  const std::vector<Shared> limits = limits_that_bind(policy, proposals);
  if (limits.empty()) return;
  const Filled filled = Filling(policy, proposals, limits, std::nullopt).run();
  std::vector<std::optional<Filled>> without(limits.size());
  for (std::size_t l = 0; l < limits.size(); ++l)
    if (std::ranges::find(filled.refused[l], true) != filled.refused[l].end())
      without[l] = Filling(policy, proposals, limits, l).run();
  for (std::size_t i = 0; i < proposals.services.size(); ++i)
    explain(limits, filled, without, i, proposals.services[i].decision);
}

}  // namespace

std::vector<int> spread(int replicas, int zones) {
  CHECK(zones >= 1);
  std::vector<int> out;
  for (int zone = 0; zone < zones; ++zone)
    out.push_back(replicas / zones + (zone < replicas % zones ? 1 : 0));
  return out;
}

std::vector<int> in_zones(const ServiceSeen& seen, Phase phase, int zones) {
  std::vector<int> out(static_cast<std::size_t>(zones));
  for (const ReplicaSeen& replica : seen.replicas)
    if (replica.phase == phase && replica.zone >= 1 && replica.zone <= zones)
      ++out[static_cast<std::size_t>(replica.zone - 1)];
  return out;
}

Decisions allocate(const Policy& policy, Proposals proposals) {
  share_out(policy, proposals);
  Decisions out;
  for (std::size_t i = 0; i < proposals.services.size(); ++i) {
    Proposal& proposal = proposals.services[i];
    ServiceDecision& decision = proposal.decision;
    if (const int zones = policy.services[i].replicas.zones; zones > 1)
      decision.zones = spread(decision.replicas, zones);
    if (proposal.next.replicas >= 0) proposal.next.replicas = decision.replicas;
    if (!decision.reasons.empty()) decision.summary = summary_of(decision, proposal.from);
    out.next.services.emplace(decision.service, std::move(proposal.next));
    out.services.push_back(std::move(decision));
  }
  return out;
}

}  // namespace headroom::scale
