// The smallest fixed fleet that would have done, held against what the run itself shows.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "report/fleet.h"
#include "report/run.h"

namespace headroom::report {

struct FixedFleet {
  std::optional<int> replicas;
  std::string unknown;  // why there is no number, in words
};

/// smallest_fixed_fleet(), but never below `min`, and larger where the run missed more than is
/// permitted while that many replicas were ready. No number where nobody has tried a fleet that the
/// run does not contradict, and none where more replicas cannot help.
[[nodiscard]] FixedFleet fixed_fleet(const ServiceRun& run, std::span<const Arrivals> arrivals,
                                     const Station& station);

}  // namespace headroom::report
