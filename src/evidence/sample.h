// What a source of evidence tells: counts, with the interval that they are of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/histogram.h"
#include "evidence/interval.h"
#include "scale/observation.h"

namespace headroom::evidence {

/// What one source, a gateway's worker for instance, counted of one service. Each source tells at
/// its own pace: in time, late, for several ticks at once, or not at all.
struct Sample {
  std::size_t source = 0;  // its number, from 0
  Interval of;
  std::uint64_t arrivals = 0;
  // Requests that ended meanwhile.
  std::uint64_t good = 0;
  std::uint64_t late = 0;
  std::uint64_t shed = 0;
  std::uint64_t failed = 0;
  std::uint64_t gone = 0;
  std::map<std::string, std::uint64_t> reasons{};
  std::vector<const Histogram*> latencies{};  // of good and late ones; they outlive the sample
  // Attempts at replicas.
  double in_flight_s = 0;      // requests that were at replicas × time
  std::uint64_t attempts = 0;  // that ended
  double attempts_s = 0;       // that those took together
  scale::ByConcurrency by_concurrency{};
  /// The same of each version that served; outlives the sample. None: not told.
  const std::vector<scale::VersionAttempts>* by_version = nullptr;
};

}  // namespace headroom::evidence
