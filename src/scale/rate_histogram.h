// How often which requests/s came: a histogram by logarithm, of levels as of rises and falls.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace headroom::scale {

/// Bins a ninth wider than the next smaller one: eight to each doubling. Where a number lies
/// depends on it alone, so nothing that comes later blurs what was seen. Negative ones mirror it.
struct RateHistogram {
  std::vector<int> at;                     // bins with something in them, rising
  std::vector<std::uint32_t> thousandths;  // of a sample in each; never 0

  [[nodiscard]] bool empty() const { return at.empty(); }
  bool operator==(const RateHistogram&) const = default;
};

/// Bins are from -rate_bin_max to rate_bin_max; the ends, beyond 10^12 requests/s, take the rest.
constexpr int rate_bin_max = 416;

/// The bin of a number of requests/s; 0 is that of 0 alone and of what is next to it.
[[nodiscard]] int rate_bin(double per_second);

/// Requests/s between which a bin lies; both are 0 for bin 0.
struct RateEdges {
  double low = 0;
  double high = 0;
};
[[nodiscard]] RateEdges rate_edges(int bin);

/// `samples` ≥ 0 are counted in thousandths.
void add_rate(double per_second, double samples, RateHistogram& histogram);

/// All samples count `kept` times what they did, 0 ≤ kept < 1. Rounded down: whatever is added to
/// no more is gone after finitely many such steps.
void fade(double kept, RateHistogram& histogram);

[[nodiscard]] double samples_at(const RateHistogram& histogram, std::size_t index);
[[nodiscard]] double samples_of(const RateHistogram& histogram);

/// What a share of the samples lies above; within a bin in a straight line. 0 without samples.
[[nodiscard]] double rate_above_share(double share, const RateHistogram& histogram);

/// For one that was stored and may have been damaged: bins rise and lie within their range, and
/// each has its count.
[[nodiscard]] bool well_formed(const RateHistogram& histogram);

}  // namespace headroom::scale
