// The best setting of a policy on one part of a trace, to be judged on a later one.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "prove/grid.h"
#include "prove/scenario.h"
#include "prove/score.h"

namespace headroom::prove {

struct Parts {
  Scenario searched;  // ends where the other begins to be scored
  Scenario judged;    // lives through everything before, as the policy would have
};

/// Cuts the scored part of the demand in two: its last `judged_share` is judged. Refused when a
/// part has no second or no request.
[[nodiscard]] Result<Parts> parts_of(Scenario whole, double judged_share);

/// What a user of the policy can turn: the settings of a comparison, each with its own signal.
[[nodiscard]] std::vector<Setting> settings_to_choose_from(std::string_view policy);

struct Tried {
  Setting setting;
  Score score;
};

/// The cheapest that misses at most `permitted`; where none does, the one that misses least.
/// Requires: there is one.
[[nodiscard]] const Tried& best_of(std::span<const Tried> tried, double permitted);

}  // namespace headroom::prove
