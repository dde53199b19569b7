// A way to forecast: a point, and the errors it made as quantiles around it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "forecast/history.h"
#include "forecast/quantiles.h"
#include "forecast/residuals.h"

namespace headroom::forecast {

/// What a lead ahead is expected; the first four are the peers that ours are judged against.
enum class Point : std::uint8_t {
  naive,         // as now
  day_naive,     // as a day before
  week_naive,    // as a week before
  holt_winters,  // exponential smoothing of level and day
  recent,        // the mean of the last 30 s (of five bins, where they are longer)
  level,         // direct regression without season
  direct,        // direct regression
  days,          // contrast autoregressions and similar days
};
inline constexpr std::size_t point_count = 8;
[[nodiscard]] std::string_view name_of(Point point);

/// Whether it takes no learning: what models have to beat.
[[nodiscard]] constexpr bool is_naive(Point point) {
  return point <= Point::week_naive;
}
[[nodiscard]] constexpr bool is_peer(Point point) {
  return point <= Point::holt_winters;
}

/// How errors are taken: as differences, in units of the root of what is expected (as counts
/// scatter), or as ratios (differences of logarithms).
enum class Form : std::uint8_t { difference, root, ratio };
/// Which of them count: all, those made in the same situation, or all in units of how large they
/// lately are.
enum class Which : std::uint8_t { all, situation, scaled };

/// Where demand stands to its mean of 30 bins: well below, below, above, well above.
inline constexpr std::size_t situation_count = 4;

/// What is known at one moment about the point a lead ahead.
struct Sight {
  double log = 0;     // the point
  double spread = 1;  // its errors lately ÷ usually, within a factor of two
  std::uint8_t situation = 0;
  bool there = false;  // otherwise there is no such point yet
};

struct Expert {
  Point point = Point::naive;
  Form form = Form::difference;
  Which which = Which::all;

  Expert(Point of, Form as, Which by, std::size_t window)
      : point(of), form(as), which(by), all_(window), by_situation_(4, SortedWindow(window / 2)) {}

  /// What came of it.
  void learn(const Sight& sight, double log, const History& history);
  /// Nothing before there are 50 errors.
  [[nodiscard]] std::optional<Quantiles> forecast(const Sight& sight, const History& history) const;

 private:
  SortedWindow all_;
  std::vector<SortedWindow> by_situation_;
};

}  // namespace headroom::forecast
