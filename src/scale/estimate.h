// Shares with their uncertainty, and sequences known to be nondecreasing.
#pragma once

#include <span>
#include <vector>

namespace headroom::scale {

/// Upper or lower end of Wilson's interval for a share, at `z` (negative: lower).
[[nodiscard]] double wilson(double part, double whole, double z);

/// What was expected to be exceeded in a share of all cases, and what came in one of them.
struct QuantileCase {
  double expected = 0;
  double came = 0;
  double exceeded_share = 0;  // 0..1
};
/// What such an expectation costs: the loss whose mean is least where the share is kept. Too little
/// costs (1 - share) ÷ share times as much as too much by the same. Koenker and Bassett, 1978.
[[nodiscard]] double quantile_loss(const QuantileCase& one);

/// A mean with its weight.
struct Pooled {
  double sum = 0;
  double weight = 0;
  [[nodiscard]] double mean() const { return sum / weight; }
  bool operator==(const Pooled&) const = default;
};
/// The nondecreasing sequence of means closest to those of `points`, by pooling adjacent
/// violators; each answer is the pool its point is in. Requires weights > 0.
[[nodiscard]] std::vector<Pooled> nondecreasing(std::span<const Pooled> points);

}  // namespace headroom::scale
