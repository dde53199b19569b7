// What decisions act on: the replicas of services, wherever they run.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "control/feed.h"
#include "core/time.h"
#include "scale/decision.h"

namespace headroom::control {

using ReplicasByService = std::map<std::string, ReplicasSeen>;

/// Called by the control thread. Neither call waits for a replica.
class Target {
 public:
  virtual ~Target() = default;

  /// The replicas as they are now, with what happened since the last call. Nothing when the target
  /// did not answer within `wait`.
  [[nodiscard]] virtual std::optional<ReplicasByService> observe(Duration wait) = 0;

  /// How many replicas each service is to have; the outcome is part of later observations.
  virtual void apply(const std::map<std::string, int>& wanted) = 0;
};

}  // namespace headroom::control
