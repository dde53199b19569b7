// How many requests arrive in each second, the same for both plants and the same seed.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "prove/dice.h"
#include "prove/scenario.h"

namespace headroom::prove {

class Arrivals {
 public:
  Arrivals(const Demand& demand, std::uint64_t seed) : demand_(demand), dice_(seed) {}

  /// The count of that second; seconds are asked for once each, in order. A recorded count that
  /// is no whole number (it was scaled) is rounded up as often as its fraction says.
  [[nodiscard]] double at(std::size_t second) {
    const double value = demand_.per_second[second];
    if (!demand_.counts) return dice_.poisson(value);
    const double whole = std::floor(value);
    return value > whole && dice_.uniform() < value - whole ? whole + 1 : whole;
  }

 private:
  const Demand& demand_;
  Dice dice_;
};

}  // namespace headroom::prove
