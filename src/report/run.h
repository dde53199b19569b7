// A stretch of the journal as series: what a report is made of.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "control/journal/reader.h"
#include "control/journal/replay.h"
#include "core/result.h"
#include "core/time.h"
#include "report/losses.h"
#include "scale/decision.h"
#include "scale/model.h"

namespace headroom::report {

/// One tick of one service.
struct Moment {
  double t_s = 0;  // its end, since the begin of the run
  double dt_s = 1;
  std::uint64_t arrivals = 0;
  std::uint64_t good = 0;
  std::uint64_t late = 0;
  std::uint64_t shed = 0;
  std::uint64_t failed = 0;
  double p50_s = 0;
  double p99_s = 0;
  int starting = 0;
  int ready = 0;
  int draining = 0;
  int wanted = 0;
  double per_replica = 0;  // requests/s that one is believed to carry, as learned by then

  [[nodiscard]] int alive() const { return starting + ready + draining; }
  [[nodiscard]] std::uint64_t missed() const { return late + shed + failed; }
};

/// Replicas that limits held back in this decision, by its own counterfactuals; 0 when none did.
[[nodiscard]] int held_back(const scale::ServiceDecision& decision);

/// "without the rule 'max': 9 replicas".
[[nodiscard]] std::string without_text(const scale::Counterfactual& other);

/// A decision that changed the number of replicas; or, with `from` the number decided, the one of a
/// time without change in which limits held back most.
struct Change {
  std::size_t moment = 0;  // index into the service's moments
  int from = 0;
  scale::ServiceDecision decision;

  [[nodiscard]] int step() const { return decision.replicas - from; }
};

struct ServiceRun {
  scale::ServicePolicy policy;  // the last one in force
  std::vector<Moment> moments;
  std::vector<Change> changes;
  Reasons reasons;
  std::uint64_t gone = 0;
  scale::Capacity capacity;       // at the end
  scale::ScalingLaw scaling_law;  // at the end
  double service_time_s = 0;
  double startup_s = 0;

  [[nodiscard]] const std::string& name() const { return policy.service; }
  [[nodiscard]] bool has_objective() const { return policy.objective.latency > Duration::zero(); }
};

struct Run {
  WallTime from;  // begin of the first tick
  WallTime to;
  Duration set_back{};  // by how much the clock was, in all; times go on as if it had not been
  std::vector<ServiceRun> services;
  std::vector<double> machine_cpu;  // of each tick; -1 unknown
  std::vector<control::Gap> gaps;
  control::ReplayCounts replayed;
  std::string simulation;  // what was simulated, in words; empty: it happened

  [[nodiscard]] double span_s() const { return seconds(to - from); }
};

/// The journal has objectives only of services that were decided on: those of others are the
/// file's.
void take_objectives(const scale::Policy& policy, Run& run);

/// Ticks of one report at most: a day and a bit.
constexpr std::int64_t run_ticks_max = 100'000;

/// Puts ticks together, in their order. What was learned is taken from deciding them again.
class RunBuilder {
 public:
  [[nodiscard]] Result<> add(const control::StoredTick& tick, bool within);
  [[nodiscard]] Run finish(std::vector<control::Gap> gaps) &&;

 private:
  [[nodiscard]] ServiceRun& service(const std::string& name);
  static void add_decision(ServiceRun& run, const scale::ServiceDecision& decision);
  void add_service(const scale::ServiceSeen& seen, const control::StoredTick& tick,
                   const std::optional<control::Replay::Outcome>& outcome);
  void go_on_to(WallTime wall, Duration dt);

  Run run_;
  control::Replay replay_;
  std::int64_t ticks_ = 0;
};

[[nodiscard]] Result<Run> read_run(control::JournalReader& reader, const control::Span& span);

}  // namespace headroom::report
