// Demand at one lead, regressed directly on what is known now.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "forecast/history.h"

namespace headroom::forecast {

/// Which bins the means of 5, 30, 120 and 600 s span: those themselves where a bin is 5 s at most,
/// else 2, 5, 12 and 30 bins.
[[nodiscard]] std::array<std::size_t, 4> windows_of(double bin_s);

/// x(t + lead) − x(t), in logarithms, on contrasts with x(t): the four means, the value a lead ago,
/// how the second mean moved over a lead, and, with a season, how the level of the same time moves
/// over the lead (median of seven days, yesterday, last week) and how it stands to the second mean.
class DirectModel {
 public:
  DirectModel(const Grid& grid, std::size_t lead, bool seasonal);

  /// Fits to the latest week, or to the latest 3,600 bins without a season. At most 4,000 rows:
  /// evenly spaced ones, where there are more.
  /// `smoothed`: what exponential smoothing forecast after each of the latest bins, the last of
  /// them after the latest one; may be empty.
  void fit(const History& history, std::span<const double> smoothed = {});
  [[nodiscard]] bool fitted() const { return !coefficients_.empty(); }
  /// The logarithm `lead` bins after the latest one.
  /// `smoothed`: as in fit(), for the latest bin.
  [[nodiscard]] double forecast(const History& history, double smoothed = 0) const;

 private:
  static constexpr std::size_t features_max = 13;
  using Row = std::array<double, features_max>;
  struct Season {
    double median = 0;
    double yesterday = 0;
    double last_week = 0;
  };
  [[nodiscard]] std::size_t features() const;
  [[nodiscard]] std::size_t first() const;
  [[nodiscard]] Season season_at(const History& history, std::size_t at, std::size_t now) const;
  void features_at(const History& history, std::size_t now, Row& row) const;

  Grid grid_;
  std::size_t lead_;
  bool seasonal_;
  std::array<std::size_t, 4> windows_;
  bool smoothed_ = false;  // is a feature
  std::vector<double> coefficients_;
};

}  // namespace headroom::forecast
