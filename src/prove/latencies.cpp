// Quantiles of a sum: bisection on the probability that it exceeds a value.
#include "prove/latencies.h"

namespace headroom::prove {
namespace {

struct Wait {
  double seconds = 0;
  double count = 0;
};

}  // namespace

void Latencies::fill(const AloneTime& alone, Score& score) const {
  if (total_ <= 0) return;
  const double stretch = stretched_ / total_;
  std::vector<Wait> waits;
  double longest_s = 0;
  for (int i = 0; i < Histogram::bucket_count; ++i) {
    const double count = waits_[static_cast<std::size_t>(i)];
    if (count <= 0) continue;
    const auto middle_us = Histogram::lower_us(i) + Histogram::lower_us(i + 1);
    longest_s = static_cast<double>(Histogram::lower_us(i + 1)) * 1e-6;
    waits.push_back({.seconds = static_cast<double>(middle_us) * 0.5e-6, .count = count});
  }
  const auto over = [&](double x) {
    double sum = at_once_ * alone.exceeds(x / stretch);
    for (const Wait& wait : waits) sum += wait.count * alone.exceeds((x - wait.seconds) / stretch);
    return sum;
  };
  const auto quantile = [&](double q) {
    double low = 0;
    double high = longest_s + stretch * alone.quantile(1);
    for (int i = 0; i < 30; ++i) {
      const double middle = (low + high) / 2;
      (over(middle) > (1 - q) * total_ ? low : high) = middle;
    }
    return high;
  };
  score.p50_s = quantile(0.5);
  score.p95_s = quantile(0.95);
  score.p99_s = quantile(0.99);
  score.p999_s = quantile(0.999);
}

}  // namespace headroom::prove
