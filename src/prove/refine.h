// Looking closer where a frontier is read: which settings are worth trying next.
#pragma once

#include <span>
#include <vector>

#include "prove/grid.h"

namespace headroom::prove {

/// By bisection: along a policy's main knob (its target, its size, what it permits) or a rival's
/// least number of replicas, with everything else held, the two neighbours between which it comes
/// to miss more than a share enclose what it costs to miss just that. Half-way between them is what
/// this returns, for those that may still lower the cost at that share by more than 1%, the most
/// promising few first. Deterministic. `runs` are of one case and policy; empty when there is
/// nothing left to find.
[[nodiscard]] std::vector<Setting> refined(std::span<const Trial* const> runs, double share);

/// Rounds that a comparison looks closer at each share.
inline constexpr int refining_rounds = 5;

}  // namespace headroom::prove
