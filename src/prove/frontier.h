// What a policy can reach: cost against missed share over its settings.
#pragma once

#include <optional>
#include <span>
#include <vector>

namespace headroom::prove {

/// One setting's outcome.
struct Outcome {
  double missed_share = 0;
  double cost = 0;  // replica-hours

  bool operator==(const Outcome&) const = default;
};

/// Outcomes that no other beats in both, by rising missed share and falling cost.
[[nodiscard]] std::vector<Outcome> pareto(std::span<const Outcome> outcomes);

/// What it costs to miss no more than `missed_share`: straight between neighbours of the frontier
/// in the logarithms of both. Never extrapolated: nothing when no outcome misses so little, the
/// cheapest outcome's cost when all do. Where two neighbours' shares differ by more than 100 ×
/// nothing is known between them, and the safer one counts.
[[nodiscard]] std::optional<double> cost_at(std::span<const Outcome> frontier, double missed_share);

/// The share missed at that cost, by the same rules: nothing when every outcome costs more.
[[nodiscard]] std::optional<double> missed_at(std::span<const Outcome> frontier, double cost);

}  // namespace headroom::prove
