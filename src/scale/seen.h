// Looking things up in an observation: a service, its replicas by phase.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "scale/decision.h"
#include "scale/observation.h"

namespace headroom::scale {

/// Finds services in an observation by name. What is asked for mostly follows in it on what was
/// asked for before, as all lists are in the file's order; else there is an index, made once: a
/// thousand services must not be searched a thousand times.
class SeenByName {
 public:
  /// `seen` must live as long.
  explicit SeenByName(const Observations& seen) : seen_(seen.services) {}

  /// The first of that name, or nothing.
  [[nodiscard]] const ServiceSeen* find(std::string_view name) {
    if (next_ >= seen_.size() || seen_[next_].service != name) {
      if (places_.empty())
        for (std::size_t i = 0; i < seen_.size(); ++i) places_.try_emplace(seen_[i].service, i);
      const auto found = places_.find(name);
      if (found == places_.end()) return nullptr;
      next_ = found->second;
    }
    return &seen_[next_++];
  }

 private:
  const std::vector<ServiceSeen>& seen_;
  std::size_t next_ = 0;
  std::unordered_map<std::string_view, std::size_t> places_;
};

[[nodiscard]] inline int count(const ServiceSeen& seen, Phase phase) {
  return static_cast<int>(std::ranges::count(seen.replicas, phase, &ReplicaSeen::phase));
}

/// False where the service was not observed, or whoever runs its replicas did not answer: none are
/// listed then, though some most likely run.
[[nodiscard]] inline bool replicas_known(const ServiceSeen* seen) {
  return seen != nullptr && (seen->completeness > 0 || !seen->replicas.empty());
}

/// What the counts are of ÷ all requests of the tick.
[[nodiscard]] inline double covered_share(const ServiceSeen& seen) {
  return seen.covered > 0 ? seen.covered : seen.completeness;
}

/// The share of requests that replicas are planned to miss, kept where quantiles can be learned.
[[nodiscard]] inline double permitted_share(const ServicePolicy& policy) {
  return std::clamp(policy.objective.planned_misses(), 1e-5, 0.5);
}

}  // namespace headroom::scale
