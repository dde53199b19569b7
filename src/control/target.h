// What decisions act on: the replicas of services, wherever they run.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "control/admissions.h"
#include "control/approved.h"
#include "control/feed.h"
#include "core/time.h"

namespace headroom::control {

using ReplicasByService = std::map<std::string, ReplicasSeen>;

/// What should stand.
struct Wanted {
  std::uint64_t generation = 0;  // of the file that it was decided by
  Replicas replicas;             // services that it does not name keep what they have
};

/// Called by the control thread. Neither call waits for a replica.
class Target {
 public:
  virtual ~Target() = default;

  /// The replicas as they are now, with what happened since the last call. Nothing when the target
  /// did not answer within `wait`.
  [[nodiscard]] virtual std::optional<ReplicasByService> observe(Duration wait) = 0;

  /// What is let in to the replicas of each service, from now on.
  virtual void admit(const Admissions& services) = 0;

  /// Told in each tick, changed or not: the target compares it with what stands and does the
  /// difference, so nothing stays as it is because something was told once and came to nothing.
  /// What was decided by another file than the one in force is passed over; the next tick brings
  /// what follows from that. The outcome is part of later observations.
  virtual void apply(const Wanted& wanted) = 0;
};

}  // namespace headroom::control
