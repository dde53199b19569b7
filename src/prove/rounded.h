// Rounding without a call into the library.
#pragma once

#include <cstdint>

namespace headroom::prove {

/// To the nearest whole number, for what is not negative. In a second of the fluid plant a call of
/// std::lround costs more than the formula around it.
inline std::int64_t rounded(double value) {
  const double beyond = value + 0.5;
  return static_cast<std::int64_t>(beyond);
}

}  // namespace headroom::prove
