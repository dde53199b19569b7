// Every policy by its name: headroom, its rivals, and the oracle that bounds them.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "prove/grid.h"
#include "prove/scenario.h"
#include "scale/rivals/autoscaler.h"

namespace headroom::prove {

/// headroom first, then the oracle and the rivals.
[[nodiscard]] std::vector<std::string_view> policy_names();

/// An error for any other name, with the nearest known one or all of them.
[[nodiscard]] Result<> known_policy(std::string_view name);

/// A fresh autoscaler with no memory, for one run of the scenario. headroom is told the service's
/// objective and limits as headroom.yaml states or would state them, and nothing of the demand.
/// Errors: an unknown name, with the nearest known one; a setting that makes no sense.
[[nodiscard]] Result<std::unique_ptr<rivals::Autoscaler>> make_policy(const Setting& setting,
                                                                      const Scenario& scenario);

}  // namespace headroom::prove
