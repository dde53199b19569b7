// The capacity that a curve tells: its best point, a step beyond it, or a guess.
#pragma once

#include "scale/curve.h"
#include "scale/decision.h"
#include "scale/model.h"

namespace headroom::scale {

/// Nothing was learned: a guess, within what was seen. No more than a step above it, and no more
/// requests/s than with the most in flight, however many waited inside the replica then.
[[nodiscard]] Capacity guessed_capacity(const ServicePolicy& policy, const Curve& curve,
                                        double service_time_s);

/// The best point of those in time; when throughput still grows at the highest one, a step beyond,
/// well below what was late and not beyond a guess. `before`: the one in use, whose concurrency is
/// kept for longer. Requires: the first point is in time.
[[nodiscard]] Capacity capacity_of(const ServicePolicy& policy, const Curve& curve,
                                   const Capacity& before);

/// A better capacity is believed more slowly than a worse one; either as far as it rests on what
/// was seen since the last look, `passed_s` ago.
void settle(const Capacity& found, double passed_s, Capacity& capacity);

[[nodiscard]] inline bool is_learned(const Capacity& capacity) {
  return capacity.basis == Basis::learned || capacity.basis == Basis::held;
}

}  // namespace headroom::scale
