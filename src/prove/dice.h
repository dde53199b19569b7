// Chance for the plants: normal variables and Poisson counts from tables.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/random.h"
#include "prove/distribution.h"

namespace headroom::prove {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed), size_(half_normal()) {}

  /// Uniform in [0, 1).
  double uniform() { return random_.uniform(); }

  /// Mean 0, deviation 1.
  double normal() {
    const double size = size_.sample(random_);
    return (random_.next() >> 63) != 0 ? size : -size;
  }

  /// Above a mean of 40 by the normal distribution with the next term of its expansion (Cornish
  /// and Fisher 1937), which keeps the skew; below by adding up probabilities.
  double poisson(double mean) {
    if (mean > 40) {
      const double z = normal();
      return std::max(0.0, std::round(mean + std::sqrt(mean) * z + (z * z - 1) / 6));
    }
    constexpr double count_max = 200;  // never reached; ends the loop whatever rounding does
    double left = random_.uniform();
    double p = std::exp(-mean);
    double count = 0;
    while (left >= p && count < count_max) {
      left -= p;
      p *= mean / ++count;
    }
    return count;
  }

 private:
  static const Distribution& half_normal() {
    static const Distribution table = Distribution::half_normal(1);
    return table;
  }

  Random random_;
  const Distribution& size_;
};

}  // namespace headroom::prove
