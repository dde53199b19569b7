// What demand usually does at this time of day: medians over the days before.
#pragma once

#include <cstddef>

#include "core/time.h"
#include "scale/model.h"

namespace headroom::scale {

/// Days are kept in bins of this length.
constexpr double season_bin_s = 300;
constexpr std::size_t season_bins = 288;

/// Takes in one tick that ends at `wall`. Where the clock is set back, the later times that it had
/// told of are forgotten; where it jumps ahead, those that it passed over stay unknown.
void learn_season(WallTime wall, double per_second, double tick_s, Season& season);

/// Requests/s by which demand usually rises from `wall` to `lead_s` later, negative where it falls.
/// By the medians of up to seven days before this one; 0 until two of them are known at both times.
/// Days that stand out alone, with a burst or an outage, do not move a median.
[[nodiscard]] double season_rise(const Season& season, WallTime wall, double lead_s);

}  // namespace headroom::scale
