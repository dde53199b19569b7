// Looking things up in an observation: a service, its replicas by phase.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "scale/decision.h"
#include "scale/observation.h"

namespace headroom::scale {

/// The service of that name, or nothing. `hint` is where it most likely is: both lists follow
/// the file's order, and a thousand services must not be searched a thousand times.
[[nodiscard]] inline const ServiceSeen* find_seen(const Observations& seen, std::string_view name,
                                                  std::size_t hint) {
  if (hint < seen.services.size() && seen.services[hint].service == name)
    return &seen.services[hint];
  const auto found = std::ranges::find(seen.services, name, &ServiceSeen::service);
  return found == seen.services.end() ? nullptr : &*found;
}

[[nodiscard]] inline int count(const ServiceSeen& seen, Phase phase) {
  return static_cast<int>(std::ranges::count(seen.replicas, phase, &ReplicaSeen::phase));
}

/// False where the service was not observed, or whoever runs its replicas did not answer: none are
/// listed then, though some most likely run.
[[nodiscard]] inline bool replicas_known(const ServiceSeen* seen) {
  return seen != nullptr && (seen->completeness > 0 || !seen->replicas.empty());
}

/// The share of requests that may miss the objective, kept where quantiles can be learned.
[[nodiscard]] inline double permitted_share(const ServicePolicy& policy) {
  return std::clamp(policy.objective.permitted_misses(), 1e-5, 0.5);
}

}  // namespace headroom::scale
