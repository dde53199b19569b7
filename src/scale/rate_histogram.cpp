// Logarithmic bins, sorted and without the empty ones.
#include "scale/rate_histogram.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace headroom::scale {
namespace {

constexpr double bins_per_doubling = 8;
/// Requests/s: a hundredth of the least demand that means anything (see demand.h).
constexpr double least = 1.0 / 4096;
constexpr double per_sample = 1000;
constexpr double count_max = std::numeric_limits<std::uint32_t>::max();

/// The upper edge of a bin above zero, or with 0 the lower one of the first.
double edge(int bin) {
  static const auto edges = [] {
    std::array<double, rate_bin_max + 1> out{};
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = least * std::exp2(static_cast<double>(i) / bins_per_doubling);
    return out;
  }();
  return edges[static_cast<std::size_t>(bin)];
}

}  // namespace

int rate_bin(double per_second) {
  const double size = std::abs(per_second);
  if (!(size > least)) return 0;
  const double bin = std::floor(bins_per_doubling * std::log2(size / least));
  const int from_zero = 1 + static_cast<int>(std::min(bin, rate_bin_max - 1.0));
  return per_second < 0 ? -from_zero : from_zero;
}

RateEdges rate_edges(int bin) {
  if (bin > 0) return {.low = edge(bin - 1), .high = edge(bin)};
  if (bin < 0) return {.low = -edge(-bin), .high = -edge(-bin - 1)};
  return {};
}

void add_rate(double per_second, double samples, RateHistogram& histogram) {
  const double counted = std::round(samples * per_sample);
  if (!(counted >= 1)) return;
  const int bin = rate_bin(per_second);
  const auto place = std::ranges::lower_bound(histogram.at, bin);
  const auto index = place - histogram.at.begin();
  if (place == histogram.at.end() || *place != bin) {
    histogram.at.insert(place, bin);
    histogram.thousandths.insert(histogram.thousandths.begin() + index, 0);
  }
  std::uint32_t& count = histogram.thousandths[static_cast<std::size_t>(index)];
  count = static_cast<std::uint32_t>(std::min(count + counted, count_max));
}

void fade(double kept, RateHistogram& histogram) {
  std::size_t left = 0;
  for (std::size_t i = 0; i < histogram.at.size(); ++i) {
    const auto count = static_cast<std::uint32_t>(histogram.thousandths[i] * kept);
    if (count == 0) continue;
    histogram.at[left] = histogram.at[i];
    histogram.thousandths[left++] = count;
  }
  histogram.at.resize(left);
  histogram.thousandths.resize(left);
}

double samples_at(const RateHistogram& histogram, std::size_t index) {
  return histogram.thousandths[index] / per_sample;
}

double samples_of(const RateHistogram& histogram) {
  double sum = 0;
  for (const std::uint32_t count : histogram.thousandths) sum += count;
  return sum / per_sample;
}

double rate_above_share(double share, const RateHistogram& histogram) {
  const double left = share * samples_of(histogram) * per_sample;
  double above = 0;
  for (std::size_t i = histogram.at.size(); i-- > 0;) {
    const double count = histogram.thousandths[i];
    if (above + count >= left || i == 0) {
      const auto [low, high] = rate_edges(histogram.at[i]);
      return high - std::min(1.0, (left - above) / count) * (high - low);
    }
    above += count;
  }
  return 0;
}

bool well_formed(const RateHistogram& histogram) {
  const auto& at = histogram.at;
  const bool rising = std::ranges::adjacent_find(at, std::ranges::greater_equal{}) == at.end();
  return rising && at.size() == histogram.thousandths.size() &&
         (at.empty() || (at.front() >= -rate_bin_max && at.back() <= rate_bin_max));
}

}  // namespace headroom::scale
