// What is known of a tick's requests from sources that tell of intervals of their own: in time,
// late, for several ticks at once, or not at all.
#pragma once

#include <span>
#include <vector>

#include "evidence/sample.h"

namespace headroom::evidence {

/// Requests/s that each source brought of a service as of late, by its number; negative: unknown.
using Usual = std::vector<double>;

struct Traffic {
  double per_second = -1;   // over the tick; negative: nobody told who brings them
  double covered = 0;       // what was told of ÷ a tick's requests; above 1 with what came late
  double completeness = 0;  // share of the sources that told of the tick's end
};

/// The traffic of one service over `tick`, from what was told since the tick before. Each source's
/// requests are divided by the time that it told of, so one that was late is not twice itself. One
/// that did not tell is taken to bring what it usually does, else the mean of the others.
/// `usual` takes in what was told. A source that tells of nothing usual any more (all of a
/// service's requests come by one that is late) leaves nothing known.
[[nodiscard]] Traffic traffic_of(std::span<const Sample> samples, std::size_t sources,
                                 const Interval& tick, Usual& usual);

}  // namespace headroom::evidence
