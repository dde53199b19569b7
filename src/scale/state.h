// What the next decision must remember of the last ones: recent demand, needs and outcomes.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace headroom::scale {

/// Demand over one tick.
struct DemandSample {
  double seconds = 0;
  double per_second = 0;  // negative: not known

  bool operator==(const DemandSample&) const = default;
};

/// How requests ended in one tick, and where they are.
struct OutcomeSample {
  double seconds = 0;
  double ended = 0;
  double missed = 0;  // late or shed
  double came = 0;    // arrivals
  double left = 0;    // those whose client left
  double there = -1;  // waiting or in flight at the end; -1: not known

  bool operator==(const OutcomeSample&) const = default;
};

/// The largest need from some moment on; later entries are smaller (older larger ones rule).
struct NeedSample {
  double replicas = 0;  // not rounded
  double age_s = 0;

  bool operator==(const NeedSample&) const = default;
};

/// What a moment is like, for finding what happened after moments like this one.
struct Situation {
  double slope = 1;             // demand ÷ its mean of 120 s
  double volatility = 0;        // what relative changes within 30 s exceed those of chance by
  double level_per_second = 0;  // demand

  bool operator==(const Situation&) const = default;
};

/// Where the feedback on processor time stands.
struct PidState {
  double replicas = -1;  // its output; -1: it has not begun
  double error = 0;      // processor time ÷ what is aimed for, − 1; smoothed

  bool operator==(const PidState&) const = default;
};

struct ServiceState {
  std::vector<DemandSample> demand;     // oldest first, the last 120 s
  std::vector<OutcomeSample> outcomes;  // oldest first, the last 10 s
  std::vector<NeedSample> needs;        // oldest first, the scale-in delay; without those of
  std::vector<NeedSample> events;       // the calendar, which are here, and
  std::vector<NeedSample> repeats;      // of what comes again
  Situation situation;                  // after the last tick
  double roughness = 0;  // mean squared relative difference of the 5 s and 30 s means
  PidState pid;
  double unseen_s = 0;  // how long there has been no evidence
  double fallen_s = 0;  // how long fewer replicas have been needed than there are to be
  int replicas = -1;    // last decision; -1: none yet

  bool operator==(const ServiceState&) const = default;
};

/// By service name.
struct State {
  std::map<std::string, ServiceState> services;

  bool operator==(const State&) const = default;
};

}  // namespace headroom::scale
