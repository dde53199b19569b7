// The need of events that are known beforehand; replicas are ready when they begin.
#pragma once

#include <optional>

#include "scale/need.h"

namespace headroom::scale {

/// What the largest event needs that lasts at `now` or begins within the time that its replicas
/// take: a lead time, and one more for each further `scale.step` of them.
[[nodiscard]] std::optional<Need> calendar_need(const ServicePolicy& policy,
                                                const ServiceModel& model, WallTime now,
                                                Explain explain);

}  // namespace headroom::scale
