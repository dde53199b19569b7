// What is to come over a horizon, step by step.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "forecast/event.h"
#include "forecast/forecaster.h"
#include "forecast/history.h"

namespace headroom::forecast {

/// A recorded series: one value per bin, NaN where unknown.
struct Series {
  double start_s = 0;
  double bin_s = 1;
  std::vector<double> values;

  [[nodiscard]] double end_s() const {
    return start_s + bin_s * static_cast<double>(values.size());
  }
};

/// Means over `bins` of them at a time, the last one ending where the series does; what is left
/// over at its begin is dropped. Unknown where most of the bins are.
[[nodiscard]] Series coarser(const Series& series, std::size_t bins);

struct Step {
  double begin_s = 0;
  Forecast forecast;
};

struct Outlook {
  double step_s = 0;
  Grid grid;  // of the steps
  std::vector<Step> steps = {};
  bool outage = false;           // the series ends in one
  std::size_t unknown_bins = 0;  // of its end
};

inline constexpr std::size_t steps_most = 24;

/// How many bins of the series one of at most 24 steps up to `horizon_s` spans.
[[nodiscard]] std::size_t bins_per_step(double bin_s, double horizon_s);

/// The mean of demand over each step up to `horizon_s` after the series' end, from all that is
/// known of its latest weeks in bins of a step. `seasons_s`: the shorter one first; empty: a day
/// and a week where there is enough. Past events are taken out before anything is learned.
[[nodiscard]] Outlook look_ahead(const Series& series, double horizon_s,
                                 std::span<const Event> events,
                                 const std::vector<double>* seasons_s);

/// The seasons of a grid whose bins are `bin_s` long: those asked for, or the usual ones.
[[nodiscard]] Grid grid_of(double bin_s, std::size_t bins, const std::vector<double>* seasons_s);

/// Values ÷ what was announced for their bins.
[[nodiscard]] std::vector<double> without_events(const Series& series,
                                                 std::span<const Event> events);

}  // namespace headroom::forecast
