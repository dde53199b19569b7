// Runs what `headroom simulate` was asked for, with one seed or several.
#pragma once

#include <cstdint>
#include <vector>

#include "cli/simulate_options.h"
#include "core/result.h"
#include "prove/score.h"

namespace headroom::cli {

struct SimulateResult {
  std::vector<prove::Score> by_seed;  // in the order of the seeds
  prove::Score all;                   // together
};

/// Writes the files that were asked for. An error also when nothing arrives in the scored part.
[[nodiscard]] Result<SimulateResult> simulate_all(const SimulateOptions& options,
                                                  const SimulateOrder& order);

}  // namespace headroom::cli
