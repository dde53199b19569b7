// What a load run found: each request once, by outcome, second and target.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/histogram.h"
#include "core/time.h"

namespace headroom::load {

/// How a request ended; each ends in exactly one.
enum class Outcome : std::uint8_t {
  good,    // answered 2xx..4xx within the objective
  late,    // answered 2xx..4xx, but over the objective
  shed,    // refused in front of the service: 429, or 503 with the mark of a proxy
  failed,  // any other 5xx, no or no whole answer, the timeout
};

[[nodiscard]] const char* name_of(Outcome outcome);

/// Counts of one group of requests. Latency runs from the intended time of sending.
struct Tally {
  std::uint64_t good = 0;
  std::uint64_t late = 0;
  std::uint64_t shed = 0;
  std::uint64_t failed = 0;
  /// Of good and late ones, and of those that ran into the timeout, with the time they had waited:
  /// leaving these out would make a dead server look fast.
  Histogram latency;
  Duration latency_max{};

  [[nodiscard]] std::uint64_t sent() const { return good + late + shed + failed; }
  [[nodiscard]] std::uint64_t ok() const { return good + late; }
  [[nodiscard]] std::uint64_t missed() const { return late + shed + failed; }
  [[nodiscard]] double missed_share() const {
    return sent() == 0 ? 0 : static_cast<double>(missed()) / static_cast<double>(sent());
  }
  /// Exact at the top end, where the histogram would round up.
  [[nodiscard]] Duration quantile(double q) const {
    return std::min(latency.quantile(q), latency_max);
  }
};

/// `quantile` of the requests within `latency`.
struct LoadObjective {
  double quantile = 0.99;
  Duration latency{};
};

struct TargetResult {
  std::string name;  // as the user wrote it
  std::optional<LoadObjective> objective;
  Tally tally;

  /// Whether the share of missed requests stays within what the objective permits.
  [[nodiscard]] bool objective_met() const {
    return !objective || tally.missed_share() <= 1 - objective->quantile + 1e-12;
  }
};

/// Requests by the second in which they were due.
struct TimelineRow {
  int t_s = 0;  // the second begins here, from the start of the run
  std::uint64_t good = 0;
  std::uint64_t late = 0;
  std::uint64_t shed = 0;
  std::uint64_t failed = 0;
  Duration p50{};
  Duration p99{};

  [[nodiscard]] std::uint64_t sent() const { return good + late + shed + failed; }
};

/// What the generator itself did, to judge whether its figures can be trusted.
struct Generator {
  /// Requests handed to a socket more than `late_after` after their intended time.
  std::uint64_t missed_schedule = 0;
  Duration late_after{};
  Duration lag_max{};        // longest time from intended to sent
  Duration wake_max{};       // the part of it that is the generator's own: due, but not yet noticed
  std::uint64_t waited = 0;  // requests that found no free connection at once
  std::uint64_t connections_opened = 0;
  Duration cpu{};  // user and system time of the generating thread
};

struct LoadResult {
  WallTime started;
  Duration elapsed{};  // until the last request ended
  std::uint64_t seed = 0;
  bool interrupted = false;
  Tally total;
  std::map<std::string, std::uint64_t> errors;  // shed and failed requests by reason
  std::string first_error;                      // in words; empty when there was none
  std::uint64_t unanswered = 0;                 // requests without any status
  std::vector<TargetResult> targets;
  std::vector<TimelineRow> timeline;
  Generator generator;
};

}  // namespace headroom::load
