// Quantiles on one fixed grid of p, and what they are judged by.
#pragma once

#include <array>
#include <cstddef>

namespace headroom::forecast {

/// Every forecast answers for these p, so that losses are compared p by p and never across them.
inline constexpr std::array<double, 12> grid_p{0.01, 0.05, 0.1,  0.25, 0.5,   0.75,
                                               0.9,  0.95, 0.98, 0.99, 0.995, 0.999};
inline constexpr std::size_t grid_size = grid_p.size();

/// One value for each p of the grid, nondecreasing.
using Quantiles = std::array<double, grid_size>;

/// The place of p on the grid. Requires that it is there.
[[nodiscard]] constexpr std::size_t place_of(double p) {
  std::size_t place = 0;
  while (grid_p.at(place) != p) ++place;
  return place;
}
inline constexpr std::size_t median_place = place_of(0.5);

/// What a quantile forecast costs once `value` is known; least in expectation for the true
/// quantile.
[[nodiscard]] constexpr double pinball(double value, double quantile, double p) {
  return value > quantile ? p * (value - quantile) : (1 - p) * (quantile - value);
}

/// How much of `value` lies between the quantiles at 0.05 and 0.95: 1 inside, 0 outside. Where it
/// equals an end, the share of its probability that belongs inside. Equal is what is less than half
/// a `grain` apart: one request a bin, where counts are whole.
[[nodiscard]] double covered(double value, const Quantiles& quantiles, double grain = 0);

}  // namespace headroom::forecast
