// Which policies a comparison runs, at which settings, and what came of it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "prove/score.h"

namespace headroom::prove {

/// A policy with everything its user may turn. headroom and the oracle have one knob, the share
/// of requests that may miss; a rival has its target, its stabilisation, its least number of
/// replicas (minReplicas, min-scale) and its signal.
struct Setting {
  std::string policy;
  double target = 0;          // of a rival: share of a replica's capacity; else: permitted share
  double stabilise_s = 0;     // of a rival
  bool fresh_signal = false;  // headroom's 1 s signal instead of the rival's own
  double floor = 0;           // of a rival: its least number, as a share of the most allowed

  auto operator<=>(const Setting&) const = default;
};

/// Whether the policy's one knob is the share of requests that it may miss: headroom and the
/// oracle.
[[nodiscard]] bool permits_misses(std::string_view policy);

/// What a comparison tries of a policy first; around what matters it looks closer (prove/refine.h).
[[nodiscard]] std::vector<Setting> settings_of(std::string_view policy);

/// The size of a fixed fleet of that setting in a world with these bounds.
[[nodiscard]] int fleet_of(const Setting& setting, int replicas_min, int replicas_max);

/// The fewest replicas that a rival of that setting goes down to, in a world with these bounds.
[[nodiscard]] int least_of(const Setting& setting, int replicas_min, int replicas_max);

/// The traffic, requests and start-up time that policies are compared on.
struct Case {
  std::string trace;
  std::string family;  // traces alike; each family counts once
  std::string part;    // "development" or "confirmation"; empty where nothing was split
  std::string workload;
  double startup_s = 0;

  auto operator<=>(const Case&) const = default;
};

struct Trial {
  Case of;
  Setting setting;
  Score score;
  double objective_s = 0;  // answered within
  int replicas_min = 0;    // of the world
  int replicas_max = 0;
  double bin_s = 0;  // of the trace: within a bin demand is a straight line; 0: it is known
  double service_factor =
      1;  // service times are so many times the workload's, as few requests come
};

}  // namespace headroom::prove
