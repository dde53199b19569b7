// What the headroom before had learned, read back from its journal.
#pragma once

#include <optional>
#include <string>

#include "control/journal/reader.h"
#include "core/result.h"
#include "scale/decide.h"

namespace headroom::control {

struct Recalled {
  scale::Model model;
  scale::State state;  // empty when it was too long ago
};

/// Demand and needs of longer ago say nothing about now.
constexpr Duration state_age_max = std::chrono::minutes(5);

/// Model and state for a controller with this policy that begins at `now`: the journal's last
/// checkpoint and the ticks after it, folded as replay folds them; of a service for which these
/// ticks are not all there, its last checkpoint alone. The time since then counts as one tick
/// without evidence, so what was under way is forgotten. Services that the policy does not name are
/// left out. Nothing where there is no journal, or nothing was learned in it.
[[nodiscard]] Result<std::optional<Recalled>> recall(const std::string& path,
                                                     const scale::Policy& policy, WallTime now);

/// "shop 12,431 attempts, 9 starts; cart 80 attempts, 1 start"; empty when nothing was learned.
[[nodiscard]] std::string learned_text(const scale::Model& model);

}  // namespace headroom::control
