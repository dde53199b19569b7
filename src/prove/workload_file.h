// Workloads that a file describes: YAML of its own, or a row of a table of percentiles.
#pragma once

#include <string_view>

#include "core/result.h"
#include "prove/scenario.h"

namespace headroom::prove {

struct WorkloadText {
  std::string_view file;      // for messages, and the name of what has none
  std::string_view function;  // which row of a table
};

/// The workload in `text`: as docs/formats/workload.md says, or, when its first line is a CSV
/// header with columns p0_ms … p100_ms, the row of that table whose first column is `function`.
[[nodiscard]] Result<Workload> parse_workload(std::string_view text, const WorkloadText& about);

}  // namespace headroom::prove
