// Chance for the plants: normal variables and Poisson counts from tables.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "core/random.h"
#include "prove/distribution.h"
#include "prove/rounded.h"

namespace headroom::prove {

class Dice {
 public:
  explicit Dice(std::uint64_t seed)
      : random_(seed), size_(half_normal()), gap_(unit_exponential()) {}

  /// Uniform in [0, 1).
  double uniform() { return random_.uniform(); }

  /// Mean 0, deviation 1.
  double normal() {
    const auto size = std::bit_cast<std::uint64_t>(size_.sample(random_));
    constexpr std::uint64_t sign = std::uint64_t{1} << 63;
    return std::bit_cast<double>(size ^ (~random_.next() & sign));  // no branch to guess wrong
  }

  /// Mean 1.
  double exponential() { return gap_.sample(random_); }

  /// Above a mean of 40 by the normal distribution with the next term of its expansion (Cornish
  /// and Fisher 1937), which keeps the skew; below by adding up probabilities.
  double poisson(double mean) {
    if (mean > 40) {
      const double z = normal();
      const double count = mean + std::sqrt(mean) * z + (z * z - 1) * (1.0 / 6);
      return static_cast<double>(rounded(std::max(0.0, count)));
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

  static const Distribution& unit_exponential() {
    static const Distribution table = Distribution::exponential(1);
    return table;
  }

  Random random_;
  const Distribution& size_;
  const Distribution& gap_;
};

}  // namespace headroom::prove
