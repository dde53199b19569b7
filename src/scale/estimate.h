// Shares with their uncertainty, and sequences known to be nondecreasing.
#pragma once

#include <span>
#include <vector>

namespace headroom::scale {

/// Upper or lower end of Wilson's interval for a share, at `z` (negative: lower).
[[nodiscard]] double wilson(double part, double whole, double z);

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
