// Made series for tests: days with a shape, noise, and what happens to them.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "core/random.h"

namespace headroom::forecast {

/// Days of `day` bins around `level`, higher in the middle of the day and lower on two days of
/// seven, with noise of `noise` in logarithms that remembers 0.8 of itself.
inline std::vector<double> made_days(std::size_t days, std::size_t day, double level, double noise,
                                     std::uint64_t seed) {
  Random random(seed);
  std::vector<double> values;
  double error = 0;
  for (std::size_t t = 0; t < days * day; ++t) {
    const double angle = 6.283185307 * static_cast<double>(t % day) / static_cast<double>(day);
    const double weekend = t / day % 7 >= 5 ? 0.6 : 1;
    error = 0.8 * error + noise * random.normal();
    values.push_back(level * weekend * (1.2 - std::cos(angle)) * std::exp(error));
  }
  return values;
}

}  // namespace headroom::forecast
