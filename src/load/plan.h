// Everything a load run is told before it starts.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "load/result.h"
#include "load/schedule.h"
#include "load/target.h"

namespace headroom::load {

inline constexpr int connections_max = 50'000;
inline constexpr Duration timeout_max = std::chrono::minutes(10);
inline constexpr std::int64_t body_bytes_max = 64 << 20;

struct PlannedTarget {
  Target target;  // its address is present and its method is not empty
  std::optional<LoadObjective> objective;
};

struct LoadPlan {
  std::vector<PlannedTarget> targets;
  std::optional<RateCurve> curve;   // open loop by a rate
  std::optional<Moments> recorded;  // or by moments; neither: closed loop
  Duration closed_length{};         // of a closed loop
  int connections = 64;  // per address: at most so many in open loop, exactly so many in closed
  std::vector<std::string> headers;             // "Name: value", valid
  std::int64_t body_bytes = 0;                  // of requests whose method carries a body
  Duration timeout = std::chrono::seconds(10);  // from the intended time of sending
  std::uint64_t seed = 1;
  std::string log_file;  // one JSON line per request; empty: none

  [[nodiscard]] Duration length() const {
    return curve ? curve->length() : recorded ? recorded->length : closed_length;
  }
};

/// Where a run stands.
struct Progress {
  Duration elapsed{};
  Duration length{};
  std::uint64_t in_flight = 0;  // intended and not ended, waiting ones included
  TimelineRow last;             // the last second whose requests had all been due
  const Tally* total = nullptr;
};

/// Called about once a second; returns whether to go on.
using OnProgress = std::function<bool(const Progress&)>;

/// Sends the planned load from this thread until every request has ended. Fails when the run could
/// not be made at all or its log could not be written; what servers do is part of the result.
[[nodiscard]] Result<LoadResult> run_load(const LoadPlan& plan, const OnProgress& on_progress);

}  // namespace headroom::load
