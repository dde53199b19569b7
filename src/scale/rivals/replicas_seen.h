// Counting replicas as other autoscalers count them.
#pragma once

#include <algorithm>

#include "scale/observation.h"

namespace headroom::rivals {

/// Replicas that exist, as status.replicas has it: starting and ready ones; `otherwise` when the
/// second was not seen.
[[nodiscard]] inline int existing_replicas(const scale::ServiceSeen& seen, int otherwise) {
  if (seen.completeness <= 0) return otherwise;
  return static_cast<int>(std::ranges::count_if(
      seen.replicas, [](const auto& one) { return one.phase != scale::Phase::draining; }));
}

[[nodiscard]] inline int ready_replicas(const scale::ServiceSeen& seen) {
  return static_cast<int>(
      std::ranges::count(seen.replicas, scale::Phase::ready, &scale::ReplicaSeen::phase));
}

}  // namespace headroom::rivals
