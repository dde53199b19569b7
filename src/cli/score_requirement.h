// `missed<0.1%` and `p99<150ms`, judged by what came of a simulated run.
#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "load/requirement.h"
#include "prove/score.h"

namespace headroom::cli {

/// Refuses what is no requirement, and percentiles that a simulation does not know.
[[nodiscard]] Result<std::vector<load::Requirement>> parse_requirements(
    const std::vector<std::string>& texts);

/// Empty when all are met; otherwise one sentence with what was found.
[[nodiscard]] std::string violation(const std::vector<load::Requirement>& requirements,
                                    const prove::Score& score);

}  // namespace headroom::cli
