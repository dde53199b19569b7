// The workload that an option names.
#pragma once

#include <string>

#include "core/result.h"
#include "prove/scenario.h"

namespace headroom::cli {

/// A named workload, or one from a file; FILE#ROW names a row of a table. Errors name the option.
[[nodiscard]] Result<prove::Workload> read_workload(const std::string& option);

}  // namespace headroom::cli
