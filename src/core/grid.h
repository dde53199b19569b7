// The even grid behind a series of stamps that are rounded or jitter.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace headroom {

/// Bin k begins at `start + bin * k`.
struct Grid {
  double start = 0;
  double bin = 0;
  std::size_t misfits = 0;  // stamps further than the tolerance from where their bin begins
  std::size_t first_misfit = 0;
  std::vector<double> places;  // whole numbers, one for each stamp: the bin it belongs to
};

/// How far from the beginning of its bin a stamp may be, in bins: what reads a counter once a
/// second is late by milliseconds, and one that was written by hand is off by more.
inline constexpr double grid_tolerance = 0.1;

/// The grid that explains the stamps, which grow and are two at least. Where they are on the grid
/// of their least step to a thousandth of a bin it is that one, and no stamp a misfit. Otherwise,
/// and where a much larger bin explains nine of ten (then two stamps are nearer than they should
/// be), it is estimated from all of them: the median step to begin with, least squares over those
/// that are near, and whole seconds (or a whole number of bins a second) where that explains them
/// as well. A stamp that is early or late moves nothing.
[[nodiscard]] Grid find_grid(std::span<const double> stamps);

}  // namespace headroom
