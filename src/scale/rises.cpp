// Bins, their quantiles, and their change of scale.
#include "scale/rises.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "scale/demand.h"

namespace headroom::scale {
namespace {

constexpr double bins_per_unit = 64;
constexpr int zero_bin = 10;
constexpr double prior_decline = 10;

double low_edge(std::size_t bin) {
  return (static_cast<double>(bin) - zero_bin) / bins_per_unit;
}

/// The share of the prior above a rise.
double prior_above(double rise, double base) {
  if (rise <= 0) return 1;
  const double inverse = base / (base + rise);
  const double squared = inverse * inverse;
  const double fourth = squared * squared;
  return fourth * fourth * squared;
}

void halve_unit(std::vector<double>& bins) {
  std::vector<double> out(bins.size());
  const int last = static_cast<int>(bins.size()) - 1;
  for (int i = 0; i <= last; ++i) {
    const int twice = 2 * (i - zero_bin) + zero_bin;
    for (const int to : {twice, twice + 1})
      out[static_cast<std::size_t>(std::clamp(to, 0, last))] +=
          bins[static_cast<std::size_t>(i)] / 2;
  }
  bins = std::move(out);
}

void double_unit(std::vector<double>& bins) {
  std::vector<double> out(bins.size());
  for (std::size_t i = 0; i < bins.size(); ++i) out[(i + zero_bin) / 2] += bins[i];
  bins = std::move(out);
}

}  // namespace

double rise_unit(double peak_per_second) {
  return std::exp2(std::ceil(std::log2(std::max(peak_per_second, demand_min_per_second))));
}

double exceeded_by(double left, const std::vector<double>& bins, const RisePrior& prior) {
  double high = low_edge(rise_bins);
  double above_high = prior.samples * prior_above(high, prior.base);
  if (above_high >= left)
    return prior.base * (std::pow(prior.samples / left, 1 / prior_decline) - 1);
  double seen = 0;
  for (std::size_t i = rise_bins; i-- > 0;) {
    const double low = low_edge(i);
    if (!bins.empty()) seen += bins[i];
    const double above_low = seen + prior.samples * prior_above(low, prior.base);
    if (above_low >= left)
      return high - (left - above_high) / (above_low - above_high) * (high - low);
    high = low;
    above_high = above_low;
  }
  return high;
}

void add_rise(double rise, double weight, std::vector<double>& bins) {
  bins.resize(rise_bins);
  const double at = std::floor(rise * bins_per_unit) + zero_bin;
  bins[static_cast<std::size_t>(std::clamp(at, 0.0, rise_bins - 1.0))] += weight;
}

void rescale_rises(int doublings, std::vector<double>& bins) {
  for (; doublings > 0; --doublings) double_unit(bins);
  for (; doublings < 0; ++doublings) halve_unit(bins);
}

}  // namespace headroom::scale
