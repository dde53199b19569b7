// What a policy can reach: cost against missed share over its settings.
#pragma once

#include <optional>
#include <span>
#include <vector>

namespace headroom::prove {

/// One setting's outcome.
struct Outcome {
  double missed_share = 0;  // for want of replicas
  double cost = 0;          // replica-hours

  bool operator==(const Outcome&) const = default;
};

/// Outcomes that no other beats in both, by rising missed share and falling cost.
[[nodiscard]] std::vector<Outcome> pareto(std::span<const Outcome> outcomes);

/// The cheapest outcome that misses no more than `missed_share`; nothing when none misses so
/// little. Nothing is drawn between outcomes: what no setting was seen to reach nobody has reached,
/// and where that is far, prove/refine.h looks closer.
[[nodiscard]] std::optional<double> cost_at(std::span<const Outcome> frontier, double missed_share);

}  // namespace headroom::prove
