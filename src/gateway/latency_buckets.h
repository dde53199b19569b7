// Durations as Prometheus wants them: cumulative buckets with bounds that are short numbers.
#pragma once

#include <prometheus/client_metric.h>

#include <cstdint>
#include <optional>

#include "core/histogram.h"
#include "core/time.h"

namespace headroom::gateway {

/// Buckets from 1 ms to 60 s with ten bounds to a decade, so that a p99 read from them is within
/// 10%.
[[nodiscard]] prometheus::ClientMetric::Histogram latency_buckets(const Histogram& histogram);

/// How many of the records are within a duration that is a bound of its own.
struct Within {
  Duration bound{};
  std::uint64_t count = 0;
};
[[nodiscard]] prometheus::ClientMetric::Histogram latency_buckets(const Histogram& histogram,
                                                                  const Within& exact);

/// Counts how many were within the objective: exactly, as each request was judged when it ended.
/// After a change of the objective what ended before is known to the resolution of a histogram.
class WithinObjective {
 public:
  /// Before anything is counted by this objective. `good`: requests within the objectives so far.
  void judge_by(Duration objective, const Histogram& latency, std::uint64_t good);
  [[nodiscard]] Within of(std::uint64_t good) const;

 private:
  Duration objective_{};
  std::int64_t beyond_good_ = 0;  // of what was judged by another objective
};

}  // namespace headroom::gateway
