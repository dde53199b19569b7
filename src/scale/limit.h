// What the gateway holds to of what was learned: requests in flight at a replica, and the wait for
// the first one.
#pragma once

#include "core/time.h"
#include "scale/decision.h"
#include "scale/model.h"
#include "scale/observation.h"

namespace headroom::scale {

/// Where a service's limit stands. Begins anew with the process; what it rests on is in the model.
struct InFlightLimit {
  double in_flight = 0;  // at each replica, not rounded; 0: not begun
  // Attempts sent close to the limit since it was last judged.
  double attempts = 0;
  double found = 0;  // sum of what was in flight at their replica
  double late = 0;
  double latency_s = 0;  // sum

  /// Places at each replica.
  [[nodiscard]] int places() const { return in_flight < 1 ? 1 : static_cast<int>(in_flight); }
};

/// The limit after a tick in which attempts went as `seen`.
///
/// A replica is filled until an attempt takes a third of the objective, by Little's law: what does
/// not fit waits at the gateway, where the important come first and any replica that is free
/// serves. Where more in flight takes no longer, there may be more. All that within the bounds of
/// what was learned: not below the concurrency of the greatest throughput in time; at most a
/// quarter and one above it once it is known that more only queue, so that a replica that has
/// become faster is noticed. Never above `replicas.concurrency`.
[[nodiscard]] InFlightLimit next_limit(const ServicePolicy& policy, const ServiceModel& model,
                                       const ByConcurrency& seen, InFlightLimit before);

/// What the gateway is told of a service.
struct Admission {
  int in_flight = 0;      // at each replica, streams left out
  Duration cold_start{};  // how long a request may wait while there is no replica

  bool operator==(const Admission&) const = default;
};

/// A request that finds no replica waits by what is planned with from a decision to a ready
/// replica, see cold_start.h.
[[nodiscard]] Admission admission(const InFlightLimit& limit, const ServiceModel& model);

/// Before the first tick.
[[nodiscard]] Admission first_admission(const ServicePolicy& policy);

}  // namespace headroom::scale
