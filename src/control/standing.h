// How the replicas of one service fare: for people and alerts. No decision rests on it.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "control/supervisor/rollout.h"
#include "control/supervisor/tally.h"
#include "core/time.h"

namespace headroom::control {

struct ReplicaStanding {
  std::string version;          // empty: headroom did not start it
  std::optional<bool> healthy;  // absent: it is not published
  std::optional<Duration> cpu;  // user and system time since its start; absent: not known
};

struct Standing {
  supervisor::Tally tally;
  supervisor::RolloutState rollout = supervisor::RolloutState::idle;
  WallTime rollout_since{};       // in that state
  int rollout_failed_starts = 0;  // in a row, of the version that is rolled out
  std::string version;            // of the command in force; empty: headroom starts no replicas
  std::map<std::string, ReplicaStanding> replicas;  // by id
};

}  // namespace headroom::control
