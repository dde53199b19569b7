// `met`, `missed<0.1%`, `worst5m<1%`, `spell<3m`, `cost<20` and more, judged by what a simulation
// came to.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.h"
#include "prove/score.h"
#include "spec/config.h"

namespace headroom::cli {

struct ScoreRequirement {
  enum class Of : std::uint8_t {
    met,      // the objective as stated
    missed,   // whatever the cause
    wanting,  // for want of replicas
    worst,    // of the five minutes that missed most for want of replicas
    spell,    // longest time with more than 1% missed so
    latency,
    replica_hours,
    cost
  };

  std::string text;  // as the user wrote it
  Of of = Of::missed;
  double quantile = 0;    // of the latency
  double bound = 0;       // a share, seconds, hours or money
  bool or_equal = false;  // the bound itself is still good
};

/// Refuses what is no requirement, and percentiles that a simulation does not know.
[[nodiscard]] Result<std::vector<ScoreRequirement>> parse_requirements(
    const std::vector<std::string>& texts);

/// Empty when all are met; otherwise what was found, of each that is not. Of several runs, shares
/// are of all their requests together, hours and cost those of one run on average, the worst five
/// minutes and the longest spell those of the worst run.
[[nodiscard]] std::string violation(const std::vector<ScoreRequirement>& requirements,
                                    const prove::Score& score, const spec::Objective& objective,
                                    double cost_per_hour);

/// "2.3% missed, at most 1% may": which parts of the promise were not kept; empty when all were.
[[nodiscard]] std::string broken_text(const prove::Score& score, const spec::Objective& objective);

}  // namespace headroom::cli
