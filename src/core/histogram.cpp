// Merging and reading of latency histograms.
#include "core/histogram.h"

#include "core/result.h"

namespace headroom {

void Histogram::merge(const Histogram& other) {
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  total_ += other.total_;
  sum_us_ += other.sum_us_;
}

Duration Histogram::mean() const {
  return total_ == 0 ? Duration{} : std::chrono::microseconds(sum_us_ / total_);
}

Duration Histogram::quantile(double q) const {
  CHECK(q >= 0.0 && q <= 1.0);
  if (total_ == 0) return Duration{};
  // The rank of the wanted record, 1-based; q = 0 means the smallest one.
  auto rank = static_cast<std::uint64_t>(q * static_cast<double>(total_) + 0.9999999);
  if (rank == 0) rank = 1;
  std::uint64_t seen = 0;
  for (int i = 0; i < bucket_count; ++i) {
    seen += counts_[static_cast<std::size_t>(i)];
    if (seen >= rank) return std::chrono::microseconds((lower_us(i) + lower_us(i + 1)) / 2);
  }
  return std::chrono::microseconds(lower_us(bucket_count));
}

std::uint64_t Histogram::count_over(Duration d) const {
  const auto us = d.count() <= 0 ? 0 : static_cast<std::uint64_t>(d.count()) / 1000;
  std::uint64_t over = 0;
  for (std::size_t i = index_of(us) + 1; i < counts_.size(); ++i) over += counts_[i];
  return over;
}

}  // namespace headroom
