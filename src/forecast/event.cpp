// Applies announced events.
#include "forecast/event.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace headroom::forecast {
namespace {

/// Normal quantiles on the grid of p.
constexpr std::array<double, grid_size> normal{-2.3263, -1.6449, -1.2816, -0.6745, 0,      0.6745,
                                               1.2816,  1.6449,  2.0537,  2.3263,  2.5758, 3.0902};

}  // namespace

Announced announced(std::span<const Event> events, double begin_s, double end_s) {
  Announced all;
  double variance = 0;
  for (const Event& event : events) {
    const double both =
        std::min(end_s, event.begin_s + event.length_s) - std::max(begin_s, event.begin_s);
    if (both <= 0) continue;
    all.multiple *= 1 + (event.multiple - 1) * both / (end_s - begin_s);
    variance += std::pow(std::log1p(event.spread) / normal[place_of(0.95)], 2);
  }
  all.spread_log = std::sqrt(variance);
  return all;
}

Quantiles with_event(const Quantiles& quantiles, const Announced& event) {
  const double median = quantiles[median_place];
  Quantiles out{};
  for (std::size_t i = 0; i < grid_size; ++i) {
    if (event.spread_log == 0 || median <= 0 || quantiles[i] <= 0) {
      out[i] = event.multiple * quantiles[i];
      continue;
    }
    const double own = std::log(quantiles[i] / median);
    const double both = std::hypot(own, normal[i] * event.spread_log);
    out[i] = event.multiple * median * std::exp(normal[i] < 0 ? -both : both);
  }
  for (std::size_t i = 1; i < grid_size; ++i) out[i] = std::max(out[i], out[i - 1]);
  return out;
}

}  // namespace headroom::forecast
