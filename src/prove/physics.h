// What both plants are to the run around them: a world that lives through one second at a time.
#pragma once

#include <cstddef>
#include <cstdint>

#include "prove/fleet.h"
#include "prove/score.h"
#include "scale/observation.h"

namespace headroom::prove {

/// Mixed into a run's seed for the fleet, so that both plants have the same start-ups and crashes.
inline constexpr std::uint64_t fleet_seed = 0xf1ee7;

class Physics {
 public:
  Physics() = default;
  Physics(const Physics&) = delete;
  Physics& operator=(const Physics&) = delete;
  virtual ~Physics() = default;

  /// Lives through second number `second` of the demand; seconds come once each, in order.
  virtual void live(std::size_t second) = 0;
  /// Before the first second: nobody will look at how requests fared. A plant that does not get
  /// it for nothing need not show it.
  virtual void leave_out_outcomes() {}
  /// The last second as an autoscaler sees it. Updated in place.
  [[nodiscard]] virtual const scale::ServiceSeen& seen() const = 0;
  /// From the end of the last second on, so many replicas are wanted.
  virtual void want(int replicas) = 0;
  /// At the end.
  [[nodiscard]] virtual Score score() = 0;
};

/// Replicas for the first minute of the demand at 70% of their places; what a run begins with.
[[nodiscard]] int replicas_at_first(const Scenario& scenario);

}  // namespace headroom::prove
