// From samples to what is seen of a service in one tick.
#pragma once

#include <span>

#include "evidence/traffic.h"
#include "scale/observation.h"

namespace headroom::evidence {

/// What `sources` told of one service since the tick before, summed as it was told; beside it what
/// that is of: how many told of the tick's end, and how much of the tick's requests the sums are
/// (see ServiceSeen). Versions are all that attempts were of. Time-means are over the time that
/// was told of. Without a name and replicas, and what waits: sources of requests do not know those,
/// or not of an interval. `usual` is of this service and remembers, see traffic_of().
[[nodiscard]] scale::ServiceSeen assemble(std::span<const Sample> samples, std::size_t sources,
                                          const Interval& tick, Usual& usual);

}  // namespace headroom::evidence
