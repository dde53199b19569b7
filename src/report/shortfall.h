// Where a service missed most requests, and what there was to carry them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/time.h"
#include "report/run.h"

namespace headroom::report {

/// A stretch of seconds that each missed more than the objective permits.
struct Shortfall {
  WallTime from;
  double length_s = 0;
  std::uint64_t missed = 0;         // in the stretch, as the gateway counted
  std::uint64_t missed_in_all = 0;  // in the run
  double demand_before = 0;         // requests/s, the lowest of the five seconds before
  double demand = 0;                // requests/s, the highest in the stretch
  int ready = 0;                    // replicas when it began
  double carried = 0;               // requests/s, by those
  double startup_s = 0;             // of one more
  double late_alone = 0;            // share late with little in flight, where that is too many
  int at_max = 0;                   // replicas.max, where that was wanted most of the time

  /// Whether more replicas would have helped.
  [[nodiscard]] bool wanted_replicas() const { return demand > carried; }
};

/// The stretch with most misses; lulls of up to three seconds belong to it. Nothing when no second
/// of the run missed more than is permitted.
[[nodiscard]] std::optional<Shortfall> worst_shortfall(const ServiceRun& run, WallTime begin);

/// What was lost and why, in a sentence.
[[nodiscard]] std::string shortfall_text(const Shortfall& shortfall);

}  // namespace headroom::report
