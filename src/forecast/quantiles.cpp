// Coverage of values that may equal a quantile.
#include "forecast/quantiles.h"

#include <algorithm>

namespace headroom::forecast {
namespace {

constexpr double low_p = 0.05;
constexpr double high_p = 0.95;
constexpr double same = 1e-9;  // share of the value: quantiles are computed through logarithms

}  // namespace

double covered(double value, const Quantiles& quantiles, double grain) {
  const double margin = std::max(same * (1 + value), grain / 2);
  // The p for which the quantile is the value itself: from below to above it.
  double from = 1;
  double to = 0;
  for (std::size_t i = 0; i < grid_size; ++i) {
    if (quantiles[i] >= value - margin)
      from = std::min(from, i == 0 && quantiles[i] <= value + margin ? 0 : grid_p[i]);
    if (quantiles[i] <= value + margin) to = i + 1 == grid_size ? 1 : grid_p[i];
  }
  if (to > from) return std::max(0.0, std::min(to, high_p) - std::max(from, low_p)) / (to - from);
  const bool inside =
      value >= quantiles[place_of(low_p)] - margin && value <= quantiles[place_of(high_p)] + margin;
  return inside ? 1 : 0;
}

}  // namespace headroom::forecast
