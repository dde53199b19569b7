// One knob of the policy turned by hand: "services.checkout.replicas.max=5".
#pragma once

#include <string_view>

#include "core/result.h"
#include "scale/decision.h"

namespace headroom::scale {

/// Changes what `assignment` names, by the paths and the forms of values that headroom.yaml uses.
/// Fails with a sentence when the path is none of the policy's, naming the nearest one, or when the
/// value does not fit. Knobs that do not bear on decisions are not settable.
[[nodiscard]] Result<> set_knob(Policy& policy, std::string_view assignment);

}  // namespace headroom::scale
