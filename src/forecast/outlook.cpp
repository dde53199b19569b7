// One forecaster for each step ahead.
#include "forecast/outlook.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace headroom::forecast {
namespace {

constexpr std::size_t bins_most = 6000;  // of the latest history, in steps

double mean_of(std::span<const double> values) {
  double sum = 0;
  std::size_t known = 0;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    sum += value;
    ++known;
  }
  if (2 * known < values.size() || known == 0) return std::numeric_limits<double>::quiet_NaN();
  return sum / static_cast<double>(known);
}

}  // namespace

Series coarser(const Series& series, std::size_t bins) {
  const std::size_t count = series.values.size() / bins;
  const std::size_t first = series.values.size() - count * bins;
  Series out{.start_s = series.start_s + series.bin_s * static_cast<double>(first),
             .bin_s = series.bin_s * static_cast<double>(bins),
             .values = {}};
  for (std::size_t i = 0; i < count; ++i)
    out.values.push_back(mean_of(std::span(series.values).subspan(first + i * bins, bins)));
  return out;
}

std::size_t bins_per_step(double bin_s, double horizon_s) {
  constexpr double day_s = 86400;
  const auto least = static_cast<std::size_t>(
      std::max(1.0, std::ceil(horizon_s / bin_s / static_cast<double>(steps_most) - 1e-9)));
  // Steps that divide a day have a season: the next such one is at most a few bins longer.
  for (std::size_t bins = least; bins <= 2 * least + 1; ++bins) {
    const double in_a_day = day_s / (bin_s * static_cast<double>(bins));
    if (in_a_day >= 1 && std::abs(in_a_day - std::round(in_a_day)) < 1e-9) return bins;
  }
  return least;
}

Grid grid_of(double bin_s, std::size_t bins, const std::vector<double>* seasons_s) {
  if (seasons_s == nullptr) return Grid::of(bin_s, bins);
  Grid grid{.bin_s = bin_s};
  const auto in_bins = [bin_s](double season_s) {
    return static_cast<std::size_t>(std::llround(season_s / bin_s));
  };
  if (!seasons_s->empty()) grid.day = in_bins(seasons_s->front());
  if (seasons_s->size() > 1) grid.week = in_bins(seasons_s->back());
  return grid;
}

std::vector<double> without_events(const Series& series, std::span<const Event> events) {
  std::vector<double> values = series.values;
  if (events.empty()) return values;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double begin_s = series.start_s + series.bin_s * static_cast<double>(i);
    values[i] /= announced(events, begin_s, begin_s + series.bin_s).multiple;
  }
  return values;
}

Outlook look_ahead(const Series& series, double horizon_s, std::span<const Event> events,
                   const std::vector<double>* seasons_s) {
  const Series steps = coarser(series, bins_per_step(series.bin_s, horizon_s));
  std::vector<double> values = without_events(steps, events);
  if (values.size() > bins_most)
    values.erase(values.begin(), values.end() - static_cast<std::ptrdiff_t>(bins_most));
  Outlook outlook{.step_s = steps.bin_s, .grid = grid_of(steps.bin_s, values.size(), seasons_s)};
  const auto count = static_cast<std::size_t>(std::ceil(horizon_s / steps.bin_s - 1e-9));
  for (std::size_t lead = 1; lead <= count; ++lead) {
    Forecaster forecaster(outlook.grid, lead);
    for (const double value : values) {
      forecaster.observe(value);
      if (forecaster.refit_due()) forecaster.refit();
    }
    const double begin_s = steps.end_s() + steps.bin_s * static_cast<double>(lead - 1);
    Step step{begin_s, forecaster.forecast()};
    step.forecast.quantiles =
        with_event(step.forecast.quantiles, announced(events, begin_s, begin_s + steps.bin_s));
    outlook.steps.push_back(step);
    outlook.outage = forecaster.history().outage();
  }
  for (auto value = series.values.rbegin(); value != series.values.rend() && std::isnan(*value);
       ++value)
    ++outlook.unknown_bins;
  return outlook;
}

}  // namespace headroom::forecast
