// Puts errors around points.
#include "forecast/expert.h"

#include <algorithm>
#include <cmath>

namespace headroom::forecast {
namespace {

constexpr std::size_t errors_least = 50;
constexpr std::size_t situation_least = 100;

/// In which differences of values are taken.
double unit_of(Form form, double centre, const History& history) {
  return form == Form::root ? std::sqrt(centre + history.offset()) : 1;
}

}  // namespace

std::string_view name_of(Point point) {
  constexpr std::array<std::string_view, point_count> names{
      "naive", "day naive", "week naive", "Holt-Winters", "recent", "level", "direct", "days"};
  return names.at(static_cast<std::size_t>(point));
}

void Expert::learn(const Sight& sight, double log, const History& history) {
  double error = log - sight.log;
  if (form != Form::ratio) {
    const double centre = history.to_value(sight.log);
    error = (history.to_value(log) - centre) / unit_of(form, centre, history);
  }
  if (which == Which::scaled) error /= sight.spread;
  all_.add(static_cast<float>(error));
  if (which == Which::situation) by_situation_[sight.situation].add(static_cast<float>(error));
}

std::optional<Quantiles> Expert::forecast(const Sight& sight, const History& history) const {
  if (all_.size() < errors_least) return std::nullopt;
  const SortedWindow& own = by_situation_[sight.situation];
  const bool by_own = which == Which::situation && own.size() >= situation_least;
  const SortedWindow& errors = by_own ? own : all_;
  const double spread = which == Which::scaled ? sight.spread : 1;
  const double centre = history.to_value(sight.log);
  const double unit = unit_of(form, centre, history);
  Quantiles quantiles{};
  for (std::size_t i = 0; i < grid_size; ++i) {
    const double error = spread * errors.quantile(grid_p[i]);
    quantiles[i] = form == Form::ratio ? history.to_value(sight.log + error)
                                       : history.clamp(centre + unit * error);
  }
  return quantiles;
}

}  // namespace headroom::forecast
