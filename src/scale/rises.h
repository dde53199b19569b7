// Histograms of how much demand rose, in shares of a unit that follows demand's peak.
#pragma once

#include <cstddef>
#include <vector>

namespace headroom::scale {

/// Bins of 1/64 of the unit, from -10/64; the ends take the rest. The unit is at least the highest
/// demand of late, so that hardly anything is beyond them.
constexpr std::size_t rise_bins = 80;

/// Requests/s: the power of two next above a peak of demand.
[[nodiscard]] double rise_unit(double peak_per_second);

/// A belief about rises beside what was seen: P(demand × (1 + x) is exceeded) = (1 + x)^-10.
struct RisePrior {
  double samples = 0;  // what it counts for
  double base = 0;     // demand, in units
};

/// The rise, in units, that `left` samples of the histogram and the prior together exceed; within a
/// bin in a straight line. `bins` may be empty. Requires left > 0.
[[nodiscard]] double exceeded_by(double left, const std::vector<double>& bins,
                                 const RisePrior& prior);

/// A rise of so many units.
void add_rise(double rise, double weight, std::vector<double>& bins);

/// The same samples after the unit was doubled so many times; halved where negative.
void rescale_rises(int doublings, std::vector<double>& bins);

}  // namespace headroom::scale
