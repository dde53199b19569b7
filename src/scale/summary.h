// One line about a decision, for people.
#pragma once

#include <string>

#include "scale/decision.h"

namespace headroom::scale {

/// "9 → 12: 312 requests/s expected within 4.9 s need 11.4 replicas of 29/s each", and after
/// semicolons the rules that changed the number since.
[[nodiscard]] std::string summary_of(const ServiceDecision& decision, int from);

}  // namespace headroom::scale
