// The curve of a replica: latency and lateness by requests in flight.
#pragma once

#include <cstddef>
#include <vector>

#include "scale/model.h"

namespace headroom::scale {

/// A replica with that many requests in flight.
struct Point {
  double concurrency = 0;
  double latency_s = 0;  // mean of an attempt
  bool in_time = false;  // the share of late ones is within what is permitted
  [[nodiscard]] double per_second() const {
    return latency_s > 0 ? concurrency / latency_s : concurrency;
  }
};

struct Curve {
  std::vector<Point> points;  // by concurrency; empty without enough evidence
  double late_alone = 0;      // share late with the least in flight
  double attempts = 0;        // all of the evidence
};

/// The middle of the in-flight counts of a level of ByConcurrency.
[[nodiscard]] double concurrency_of(std::size_t level);

/// The curve that the evidence shows. Neither latency nor the share of late attempts can fall as
/// more is in flight; where they seem to, something else was the cause, and levels are pooled.
[[nodiscard]] Curve curve_of(const std::vector<LevelEvidence>& levels, double permitted);

}  // namespace headroom::scale
