// The two forms in which `headroom simulate` tells its result.
#pragma once

#include <string>

#include "cli/simulate_options.h"
#include "cli/simulate_run.h"

namespace headroom::cli {

/// Of several seeds, both tell of one run on average, with the worst five minutes, the longest
/// spell and the highest peak of all runs, and of each seed beside it.

/// One JSON document; counts of requests to a thousandth, as the fluid plant has parts of them.
[[nodiscard]] std::string to_json(const SimulateResult& result, const SimulateOptions& options,
                                  const SimulateOrder& order);
/// Its first sentence is wrapped to `width` columns.
[[nodiscard]] std::string to_text(const SimulateResult& result, const SimulateOptions& options,
                                  const SimulateOrder& order, std::size_t width);

}  // namespace headroom::cli
