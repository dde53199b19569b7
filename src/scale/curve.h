// The curve of a replica: latency and lateness by requests in flight.
#pragma once

#include <cstddef>
#include <vector>

#include "scale/model.h"

namespace headroom::scale {

/// What was not shown to be late is taken to be in time up to this part of the objective.
constexpr double presumed_in_time = 0.5;

/// A share is judged over at least this many times the attempts that none late would need: a few
/// late ones at a rare level must not end the curve.
constexpr double block_attempts = 4;
/// The same for one point of the curve, so that its mean latency is more than luck.
constexpr double point_attempts = 2;

/// A replica with that many requests in flight.
struct Point {
  double concurrency = 0;
  double latency_s = 0;  // mean of an attempt
  double late = 0;       // share of attempts
  double attempts = 0;   // that the share is of
  double weight = 0;     // attempts that the latency is of
  bool in_time = false;  // the share of late ones is within what is permitted, as far as is known
  bool proven = false;   // it is known
  [[nodiscard]] double per_second() const {
    return latency_s > 0 ? concurrency / latency_s : concurrency;
  }
};

struct Curve {
  std::vector<Point> points;  // by concurrency; empty without enough evidence
  double late_alone = 0;      // share late with the least in flight
  double blameless = 0;       // share late that no concurrency is blamed for
  double attempts = 0;        // all of the evidence
};

/// Level by level.
void add(const ByConcurrency& from, ByConcurrency& into);

/// The middle of the in-flight counts of a level of ByConcurrency.
[[nodiscard]] double concurrency_of(std::size_t level);

/// Attempts at which none late proves a share within `permitted`.
[[nodiscard]] double attempts_needed(double permitted);

[[nodiscard]] double attempts_in(const std::vector<LevelEvidence>& levels);

/// The curve that the evidence shows. Neither latency nor the share of late attempts can fall as
/// more is in flight; where they seem to, something else was the cause, and levels are pooled.
/// While there is little evidence its points rest on few attempts, and are presumed to be in time.
[[nodiscard]] Curve curve_of(const std::vector<LevelEvidence>& levels, double permitted,
                             double objective_s);

}  // namespace headroom::scale
