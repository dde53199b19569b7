// A latency histogram with bounded relative error and constant-time recording.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "core/time.h"

namespace headroom {

/// Counts durations in log-linear buckets: 32 to an octave, so any answer is within 1.6% of the
/// recorded value. Resolution 1 µs, range up to 2^32 µs (71 min); longer ones count in the last.
/// 7 KiB, no allocation. Copyable; not thread-safe.
class Histogram {
 public:
  static constexpr int sub_bits = 5;
  static constexpr int sub_count = 1 << sub_bits;
  static constexpr int bucket_count = sub_count * (32 - sub_bits + 1);

  void record(Duration d) {
    record_us(d.count() <= 0 ? 0 : static_cast<std::uint64_t>(d.count()) / 1000);
  }
  void record_us(std::uint64_t us, std::uint64_t times = 1) {
    counts_[index_of(us)] += times;
    total_ += times;
    sum_us_ += us * times;
  }

  void merge(const Histogram& other);
  void clear() { *this = Histogram{}; }

  [[nodiscard]] std::uint64_t count() const { return total_; }
  [[nodiscard]] Duration mean() const;
  [[nodiscard]] Duration sum() const { return std::chrono::microseconds(sum_us_); }

  /// The duration below which a share `q` of the records lies; 0 when empty. Requires 0 <= q <= 1.
  [[nodiscard]] Duration quantile(double q) const;

  /// How many records are longer than `d`, to the resolution of a bucket.
  [[nodiscard]] std::uint64_t count_over(Duration d) const;

  /// For journals and metrics: calls visit(lower_us, upper_us, count) for each filled bucket.
  template <class Visitor>
  void for_each(Visitor visit) const {
    for (int i = 0; i < bucket_count; ++i)
      if (counts_[static_cast<std::size_t>(i)] != 0)
        visit(lower_us(i), lower_us(i + 1), counts_[static_cast<std::size_t>(i)]);
  }

  [[nodiscard]] static std::size_t index_of(std::uint64_t us) {
    if (us >= (std::uint64_t{1} << 32)) return bucket_count - 1;
    if (us < sub_count) return static_cast<std::size_t>(us);
    const int exponent = static_cast<int>(std::bit_width(us)) - 1 - sub_bits;
    const auto mantissa = static_cast<std::size_t>(us >> exponent);  // sub_count .. 2*sub_count-1
    return static_cast<std::size_t>(exponent) * sub_count + mantissa;
  }

  /// The least value of bucket `index`; of `bucket_count` the end of the range.
  [[nodiscard]] static std::uint64_t lower_us(int index) {
    if (index < 2 * sub_count) return static_cast<std::uint64_t>(index);
    const int exponent = index / sub_count - 1;
    const int mantissa = index % sub_count + sub_count;
    return static_cast<std::uint64_t>(mantissa) << exponent;
  }

 private:
  std::array<std::uint64_t, bucket_count> counts_{};
  std::uint64_t total_ = 0;
  std::uint64_t sum_us_ = 0;
};

}  // namespace headroom
