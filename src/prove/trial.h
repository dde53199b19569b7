// One setting of a policy, tried on one scenario.
#pragma once

#include "core/result.h"
#include "prove/grid.h"
#include "prove/scenario.h"
#include "prove/simulate.h"

namespace headroom::prove {

/// Runs with the seeds 1 to `seeds`, added up. Errors: those of make_policy(), and that no
/// request arrived, of which a share would say nothing.
[[nodiscard]] Result<Score> try_setting(const Setting& setting, const Scenario& scenario,
                                        Plant plant, int seeds);

}  // namespace headroom::prove
