// Bounds of buckets, and what is within them.
#include "gateway/latency_buckets.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>
#include <vector>

namespace headroom::gateway {
namespace {

using Buckets = prometheus::ClientMetric::Histogram;

constexpr std::array<std::uint64_t, 10> steps{10, 12, 15, 20, 25, 30, 40, 50, 60, 80};
constexpr std::uint64_t first_us = 1'000;
constexpr std::uint64_t last_us = 60'000'000;

std::vector<std::uint64_t> bounds_us() {
  std::vector<std::uint64_t> bounds;
  for (std::uint64_t decade = first_us; decade <= last_us; decade *= 10)
    for (const std::uint64_t step : steps)
      if (decade / 10 * step <= last_us) bounds.push_back(decade / 10 * step);
  return bounds;
}

/// A record counts where its own bucket ends at or below the bound.
std::uint64_t count_within(const Histogram& histogram, std::uint64_t bound_us) {
  std::uint64_t within = 0;
  histogram.for_each([&](std::uint64_t, std::uint64_t upper_us, std::uint64_t count) {
    if (upper_us <= bound_us) within += count;
  });
  return within;
}

Buckets with_sum(const Histogram& histogram) {
  Buckets out;
  out.sample_count = histogram.count();
  out.sample_sum = seconds(histogram.sum());
  return out;
}

}  // namespace

Buckets latency_buckets(const Histogram& histogram) {
  static const std::vector<std::uint64_t> bounds = bounds_us();
  Buckets out = with_sum(histogram);
  for (const std::uint64_t bound : bounds)
    out.bucket.push_back({0, static_cast<double>(bound) / 1e6});
  histogram.for_each([&](std::uint64_t, std::uint64_t upper_us, std::uint64_t count) {
    const auto first = std::ranges::lower_bound(bounds, upper_us) - bounds.begin();
    if (first < std::ssize(bounds))
      out.bucket[static_cast<std::size_t>(first)].cumulative_count += count;
  });
  for (std::size_t i = 1; i < out.bucket.size(); ++i)
    out.bucket[i].cumulative_count += out.bucket[i - 1].cumulative_count;
  out.bucket.push_back({histogram.count(), std::numeric_limits<double>::infinity()});
  return out;
}

Buckets latency_buckets(const Histogram& histogram, const Within& exact) {
  Buckets out = latency_buckets(histogram);
  const double bound = seconds(exact.bound);
  auto at = std::ranges::lower_bound(out.bucket, bound, {},
                                     &prometheus::ClientMetric::Bucket::upper_bound);
  // The other counts are less exact, and must not contradict this one.
  for (auto below = out.bucket.begin(); below != at; ++below)
    below->cumulative_count = std::min(below->cumulative_count, exact.count);
  if (at->upper_bound != bound) at = out.bucket.insert(at, {0, bound});
  at->cumulative_count = std::min(exact.count, histogram.count());
  for (auto above = at; above != out.bucket.end(); ++above)
    above->cumulative_count = std::max(above->cumulative_count, at->cumulative_count);
  return out;
}

void WithinObjective::judge_by(Duration objective, const Histogram& latency, std::uint64_t good) {
  if (objective == std::exchange(objective_, objective)) return;
  const auto bound_us = static_cast<std::uint64_t>(objective.count() / 1000);
  beyond_good_ =
      static_cast<std::int64_t>(count_within(latency, bound_us)) - static_cast<std::int64_t>(good);
}

Within WithinObjective::of(std::uint64_t good) const {
  return {objective_, static_cast<std::uint64_t>(static_cast<std::int64_t>(good) + beyond_good_)};
}

}  // namespace headroom::gateway
