// The plots of one service: demand and capacity, replicas, latency, misses.
#pragma once

#include <span>
#include <vector>

#include "report/plot.h"
#include "report/run.h"
#include "report/verdict.h"

namespace headroom::report {

/// Points in a plot at most; longer runs are put into bins of several ticks.
constexpr std::size_t bins_max = 480;

[[nodiscard]] std::vector<Plot> plots_of(const ServiceRun& run,
                                         std::span<const Important> important);

}  // namespace headroom::report
