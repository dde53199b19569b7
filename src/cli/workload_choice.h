// The workload and the world that options name.
#pragma once

#include <string>

#include "core/result.h"
#include "prove/scenario.h"

namespace headroom::cli {

/// A named workload, or one from a file; FILE#ROW names a row of a table. Errors name the option.
[[nodiscard]] Result<prove::Workload> read_workload(const std::string& option);

/// Sets in `world` what the file of --world says; nothing without one. Errors name the file.
[[nodiscard]] Result<> read_world(const std::string& file, prove::World& world);

}  // namespace headroom::cli
