// How many requests arrive in each second, the same for both plants and the same seed.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "core/random.h"
#include "prove/scenario.h"

namespace headroom::prove {

/// Poisson counts. Above a mean of 40 by the normal distribution with the next term of its
/// expansion (Cornish and Fisher 1937), which keeps the skew; below by adding up probabilities.
class Poisson {
 public:
  [[nodiscard]] double draw(Random& random, double mean) const {
    if (mean > 40) {
      const double size = size_.sample(random);
      const double z = (random.next() >> 63) != 0 ? size : -size;
      return std::max(0.0, std::floor(mean + std::sqrt(mean) * z + (z * z - 1) / 6 + 0.5));
    }
    double left = random.uniform();
    double p = std::exp(-mean);
    double count = 0;
    while (left >= p && count < 200) {
      left -= p;
      p *= mean / ++count;
    }
    return count;
  }

 private:
  Distribution size_ = Distribution::half_normal(1);
};

class Arrivals {
 public:
  Arrivals(const Demand& demand, std::uint64_t seed) : demand_(demand), random_(seed) {}

  /// The count of that second; seconds are asked for once each, in order. A recorded count that
  /// is no whole number (it was scaled) is rounded up as often as its fraction says.
  [[nodiscard]] double at(std::size_t second) {
    const double value = demand_.per_second[second];
    if (!demand_.counts) return poisson_.draw(random_, value);
    const double whole = std::floor(value);
    return value > whole && random_.uniform() < value - whole ? whole + 1 : whole;
  }

 private:
  const Demand& demand_;
  Random random_;
  Poisson poisson_;
};

}  // namespace headroom::prove
