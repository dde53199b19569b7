// headroom's own engine as an autoscaler of a simulation: the code that decides live.
#pragma once

#include <memory>

#include "scale/decision.h"
#include "scale/rivals/autoscaler.h"

namespace headroom::prove {

[[nodiscard]] std::unique_ptr<rivals::Autoscaler> headroom_autoscaler(scale::ServicePolicy policy);

}  // namespace headroom::prove
