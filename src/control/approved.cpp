// Comparing what is decided with what was approved before.
#include "control/approved.h"

#include <algorithm>

namespace headroom::control {

bool changes(const std::vector<scale::ServiceDecision>& decisions, const Replicas& before,
             const Approval& approval) {
  return std::ranges::any_of(decisions, [&](const scale::ServiceDecision& decision) {
    const auto last = before.find(decision.service);
    return last == before.end() ? approval.replicas_known : last->second != decision.replicas;
  });
}

Replicas approved(const std::vector<scale::ServiceDecision>& decisions, const scale::Policy& policy,
                  const Replicas& before, const Approval& approval) {
  Replicas next;
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    const scale::ServiceDecision& decision = decisions[i];
    const auto last = before.find(decision.service);
    if (last == before.end() && !approval.replicas_known) continue;
    const int stands = last != before.end() ? last->second : decision.ready + decision.starting;
    const int kept = std::min(stands, policy.services[i].replicas.max);
    next[decision.service] =
        approval.recorded ? decision.replicas : std::max(decision.replicas, kept);
  }
  return next;
}

}  // namespace headroom::control
