// What every autoscaler is to a simulation: it sees a service each second and says how many.
#pragma once

#include "core/time.h"
#include "scale/observation.h"

namespace headroom::rivals {

/// One autoscaler over one service, with its own memory. Its sync period, the age of its metrics
/// and how it averages them are its own affair: it is shown every second and may ignore most.
class Autoscaler {
 public:
  Autoscaler() = default;
  Autoscaler(const Autoscaler&) = delete;
  Autoscaler& operator=(const Autoscaler&) = delete;
  virtual ~Autoscaler() = default;

  /// The number of replicas wanted from now on, starting and ready ones together. `seen` is what
  /// happened in the last `dt`, up to `now`.
  [[nodiscard]] virtual int decide(const Now& now, Duration dt, const scale::ServiceSeen& seen) = 0;

  /// Whether it looks at how requests fared: their outcomes, latencies and attempts. For one that
  /// goes by arrivals, concurrency, waiting and replicas alone a plant may leave these out.
  [[nodiscard]] virtual bool reads_outcomes() const { return true; }
};

}  // namespace headroom::rivals
