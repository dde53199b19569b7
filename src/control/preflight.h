// What `run` would be refused by this machine, asked before anything is taken.
#pragma once

#include "core/result.h"
#include "spec/config.h"

namespace headroom::control {

/// Whether this machine lets `run` do what a right file says: commands, users, folders, addresses.
/// Takes nothing and disturbs nobody, so it may be asked beside a headroom that runs with the same
/// file; what that one holds (a port, the state folder) is no problem. `run` begins with this, so
/// that it and `check` say the same. One line a problem.
[[nodiscard]] Result<> preflight(const spec::Config& config);

}  // namespace headroom::control
