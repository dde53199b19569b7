// Recorded requests, when that is what --trace names.
#pragma once

#include <optional>

#include "cli/trace_file.h"
#include "core/result.h"
#include "prove/recording.h"

namespace headroom::cli {

/// Nothing when the file holds a rate over time instead, unless `asked` says that it does not.
/// --column names the durations; --from and --to are in the file's stamps.
[[nodiscard]] Result<std::optional<prove::Recording>> read_recording(const TraceChoice& choice,
                                                                     bool asked);

}  // namespace headroom::cli
