// From a recorded trace to what arrives second by second.
#pragma once

#include <cstddef>

#include "core/result.h"
#include "core/trace.h"
#include "prove/scenario.h"

namespace headroom::prove {

/// Two years: more would not fit into memory beside a day's work.
inline constexpr std::size_t demand_seconds_max = 63'072'000;
/// Unknown bins in a row that are filled in, linear between their neighbours: so much time, or so
/// many bins where that is more.
inline constexpr double gap_longest_s = 1800;
inline constexpr std::size_t gap_longest_bins = 10;

struct DemandOptions {
  double factor = 1;         // on the trace's rates
  double speed = 1;          // seconds of the trace in one second
  double history_share = 0;  // of its length, from its begin, that is lived through and not scored
};

/// Bins of up to a second are counts and stay what was recorded, times the factor. In wider bins
/// the rate is linear from edge to centre to edge, where an edge is the mean of its two bins and
/// the centre is such that the bin keeps its total; counts are then drawn from Poisson's
/// distribution. Refused, in a sentence: a negative rate, a gap that is too long, nothing at all,
/// more than demand_seconds_max.
[[nodiscard]] Result<Demand> demand_of(Trace trace, const DemandOptions& options);

/// An error when no request arrives in the scored seconds: shares of them would say nothing.
[[nodiscard]] Result<> check_scored(const Demand& demand);

/// The 99.9th percentile of the minutes' mean rates.
[[nodiscard]] double peak_per_second(const Demand& demand);

/// Requests/s that so many replicas carry with 80% of their places taken.
[[nodiscard]] double carried_per_second(const Workload& workload, double replicas);

/// A trace with fewer requests in its peak minute than this is not multiplied: its chance, 3% of
/// the minute and more, would be taken for demand.
inline constexpr double few_requests_a_minute = 1000;

/// The factor that makes the trace's peak need `replicas`. Refused when nothing arrives.
[[nodiscard]] Result<double> scaled_to_peak(const Trace& trace, const Workload& workload,
                                            double replicas = 40, double speed = 1);

}  // namespace headroom::prove
