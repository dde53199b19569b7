// The clairvoyant: it knows the demand to come, and so bounds what any autoscaler can reach.
#pragma once

#include <memory>

#include "prove/scenario.h"
#include "scale/rivals/autoscaler.h"

namespace headroom::prove {

/// For each second the fewest replicas at which no more than `missed_share` of that second's
/// requests are late because they waited, by the fluid plant's formulas; started just in time for
/// the slowest start; kept where ending and starting again would cost more than waiting. It knows
/// the means of Poisson counts, not the counts. It does not trade a second's misses for another's,
/// so it is a bound in practice, not a proven optimum.
[[nodiscard]] std::unique_ptr<rivals::Autoscaler> oracle(const Scenario& scenario,
                                                         double missed_share);

}  // namespace headroom::prove
