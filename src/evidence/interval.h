// The time that something was counted in.
#pragma once

#include "core/time.h"

namespace headroom::evidence {

/// (from, to]: what came at `from` itself was told before.
struct Interval {
  Instant from{};
  Instant to{};

  [[nodiscard]] double length_s() const { return to > from ? seconds(to - from) : 0; }
  bool operator==(const Interval&) const = default;
};

}  // namespace headroom::evidence
