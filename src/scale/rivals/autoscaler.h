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

  /// Whether sources that are coarse, late or several tell it of requests. A rival's metrics come
  /// by a way of their own (signal.h): it is shown each second as it was.
  [[nodiscard]] virtual bool reads_sources() const { return false; }
};

/// Around another one, which is watched or recorded: is told of requests as that one is.
class Around : public Autoscaler {
 public:
  explicit Around(Autoscaler& inner) : inner_(inner) {}
  [[nodiscard]] bool reads_sources() const final { return inner_.reads_sources(); }

 protected:
  [[nodiscard]] Autoscaler& inner() const { return inner_; }

 private:
  Autoscaler& inner_;
};

}  // namespace headroom::rivals
