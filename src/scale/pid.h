// Smooth feedback on the processor time of replicas: a need for work that requests do not tell of.
#pragma once

#include <optional>

#include "scale/need.h"

namespace headroom::scale {

/// The feedback after a tick that was seen. It stands still where nothing is known of the ready
/// replicas' processor time. Its output stays within half and twice of what carries the load, and
/// within `bounds.max`.
[[nodiscard]] PidState pid_after(const spec::Pid& pid, const spec::Replicas& bounds, double lead_s,
                                 PidState before, const ServiceSeen& seen, double tick_s);

[[nodiscard]] std::optional<Need> pid_need(const ServicePolicy& policy, const PidState& state,
                                           Explain explain);

}  // namespace headroom::scale
