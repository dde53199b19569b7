// The one setting that a user who does not tune per service would take.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "prove/grid.h"

namespace headroom::prove {

/// Of a policy's settings (own signal) the cheapest that misses at most `missed_share` on nine of
/// ten cases; where none does, the one that does so on most. Cheapest by the geometric mean of
/// its cost. Settings that only some cases were run with do not count. Nothing when the policy was
/// not run.
[[nodiscard]] std::optional<Setting> shared_setting(const std::vector<const Trial*>& runs,
                                                    std::string_view policy, double missed_share);

}  // namespace headroom::prove
