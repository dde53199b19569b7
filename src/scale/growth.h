// How far demand rises within the lead time, learned from what followed moments like this one.
#pragma once

#include <span>

#include "scale/demand.h"
#include "scale/model.h"
#include "scale/state.h"

namespace headroom::scale {

/// What demand's latest mean, now `per_second`, exceeds at the end of the lead time only in a share
/// `permitted` of all moments. Requires 0 < permitted < 1. Never falls when `per_second` rises.
[[nodiscard]] double grown(const Growth& growth, const Situation& situation, double permitted,
                           double per_second);

/// As that for each of `permitted`, which fall and are at most growth_shares_max, into `out`.
constexpr std::size_t growth_shares_max = 16;
void grown(const Growth& growth, const Situation& situation, std::span<const double> permitted,
           double per_second, std::span<double> out);

/// Takes in one tick: `now` ends it, `before` is the situation one tick earlier, `season_rise`
/// by how many requests/s demand rose on the days before over a lead time from here (see season.h).
void learn_growth(const Demand& now, const Situation& before, double permitted, double lead_s,
                  double tick_s, double season_rise, Growth& growth);

/// Seconds of growth that answers rest on, the prior left out, older ones counting less.
[[nodiscard]] double growth_seen_s(const Growth& growth);

/// After a tick without evidence: what follows the moments under way is not known.
void forget_pending(Growth& growth);

/// The situation at the end of a tick. Moves `roughness` (see ServiceState) on.
[[nodiscard]] Situation situation_of(const Demand& demand, double tick_s, double& roughness);

}  // namespace headroom::scale
