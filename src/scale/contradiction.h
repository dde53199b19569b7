// Whether what was seen can be true: requests come, are there, and end; none appear or vanish.
#pragma once

#include <span>
#include <string>

#include "scale/observation.h"
#include "scale/state.h"

namespace headroom::scale {

/// Requests waiting or in flight at the end of the tick, as nearly as it was seen.
[[nodiscard]] double requests_there(const ServiceSeen& seen);

/// In words, what does not fit together in the last seconds; empty when all of it does, or when
/// too little is known to say. Chance and the roughness of what is seen never do not fit.
[[nodiscard]] std::string contradiction(std::span<const OutcomeSample> outcomes);

}  // namespace headroom::scale
