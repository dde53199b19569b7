// How long things take: a distribution, kept as a table of its quantiles.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/random.h"
#include "core/result.h"

namespace headroom::prove {

/// One point of a distribution: `share` of all is at most `seconds`.
struct Percentile {
  double share = 0;
  double seconds = 0;
};

/// A distribution of positive times. All of its figures come from the same table, linear between
/// its points, so mean, quantiles and samples agree. The table has 256 cells of equal
/// probability; the uppermost sixteenth is cut into 256 again, and so on for seven levels, so a
/// cell in the tail is at most a sixteenth of what lies above it. 14 KiB.
class Distribution {
 public:
  /// Always one second.
  Distribution();

  // Requires, of all: mean_s > 0, cv >= 0 (standard deviation ÷ mean).
  [[nodiscard]] static Distribution constant(double value_s);
  [[nodiscard]] static Distribution exponential(double mean_s);
  [[nodiscard]] static Distribution lognormal(double mean_s, double cv);
  /// A lognormal whose uppermost `tail_share` falls as x^-alpha instead; then scaled to the mean.
  /// Requires: 0 < tail_share < 1, alpha > 1.
  [[nodiscard]] static Distribution with_pareto_tail(double mean_s, double cv, double tail_share,
                                                     double alpha);
  /// The absolute value of a normal variable of mean 0.
  [[nodiscard]] static Distribution half_normal(double deviation);
  /// Log-linear between the points, linear from a zero. Refused: fewer than two points, shares
  /// that do not rise from 0 to 1, seconds that fall, are negative, or are all zero.
  [[nodiscard]] static Result<Distribution> empirical(std::span<const Percentile> points);

  [[nodiscard]] double mean() const { return mean_; }
  /// Squared coefficient of variation: variance ÷ mean².
  [[nodiscard]] double cv2() const { return cv2_; }
  /// P(time > x).
  [[nodiscard]] double exceeds(double x) const;
  [[nodiscard]] double cdf(double x) const { return 1 - exceeds(x); }
  /// Requires 0 <= q <= 1.
  [[nodiscard]] double quantile(double q) const;
  /// E[min(time, x)] and E[min(time, x)²]: also the integrals of P(time > u) and 2u P(time > u)
  /// over u from 0 to x.
  struct Capped {
    double first = 0;
    double second = 0;
  };
  [[nodiscard]] Capped capped(double x) const;

  double sample(Random& random) const {
    std::uint64_t bits = random.next();
    std::size_t level = 0;
    while ((bits >> (64 - zoom_bits)) == zoom - 1 && level + 1 < levels) {
      bits <<= zoom_bits;
      ++level;
    }
    const double* at = &points_[level * (cells + 1) + (bits >> shift)];
    const double within = static_cast<double>((bits << cell_bits) >> 11) * 0x1.0p-53;
    return at[0] + (at[1] - at[0]) * within;
  }

  /// The same shape with every time `factor` times as long.
  [[nodiscard]] Distribution scaled(double factor) const;

 private:
  static constexpr int cell_bits = 8;
  static constexpr int zoom_bits = 4;
  static constexpr int shift = 64 - cell_bits;
  static constexpr std::size_t cells = std::size_t{1} << cell_bits;
  static constexpr std::size_t zoom = std::size_t{1} << zoom_bits;
  static constexpr std::size_t levels = 7;
  static constexpr double least = 0x1.0p-32;  // what is exceeded less often is as long as this
  /// Level l covers exceedance tail_of(l) down to tail_of(l + 1), and to 0 at the last.
  [[nodiscard]] static constexpr double tail_of(std::size_t level) {
    return 1.0 / static_cast<double>(std::uint64_t{1} << (zoom_bits * level));
  }

  /// Fills the table from a function that gives the time exceeded with a probability.
  template <class Exceeded>
  static Distribution tabulated(Exceeded exceeded);
  void settle();

  /// Calls visit(probability, low, high) for each cell, in rising order.
  template <class Visit>
  void for_each_cell(Visit visit) const;

  std::array<double, levels*(cells + 1)> points_{};
  double mean_ = 1;
  double cv2_ = 0;
};

}  // namespace headroom::prove
