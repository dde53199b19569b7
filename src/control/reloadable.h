// Which keys of headroom.yaml a reload cannot bring into force.
#pragma once

#include "core/result.h"
#include "spec/config.h"

namespace headroom::control {

/// Refuses a change from `running` to `next` that takes a restart or an upgrade, naming the keys.
/// Every other key holds after a reload.
[[nodiscard]] Result<> check_reloadable(const spec::Config& running, const spec::Config& next);

}  // namespace headroom::control
