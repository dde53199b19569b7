// The two forms in which `headroom simulate` tells its result.
#pragma once

#include <string>

#include "cli/simulate_options.h"
#include "prove/score.h"

namespace headroom::cli {

/// One JSON document; counts of requests to a thousandth, as the fluid plant has parts of them.
[[nodiscard]] std::string to_json(const prove::Score& score, const SimulateOptions& options,
                                  const SimulateOrder& order);
[[nodiscard]] std::string to_text(const prove::Score& score, const SimulateOptions& options,
                                  const SimulateOrder& order);

}  // namespace headroom::cli
