// How long a request may wait for a place so that it can still be answered in time.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/time.h"

namespace headroom::protect {

/// The mean time of an attempt at a replica, the last few dozen counting most.
class ServiceTime {
 public:
  void record(Duration took);
  /// Zero before the first.
  [[nodiscard]] Duration mean() const { return mean_; }

 private:
  Duration mean_{};
  std::int64_t weight_ = 0;  // of the mean, in attempts
};

/// How long a request may wait in all: what the objective leaves beside the time at a replica. At
/// least a quarter of it: where an attempt alone takes nearly all or more, it is not a short wait
/// that misses the objective.
[[nodiscard]] Duration patience(Duration objective, Duration service_time);

/// How long until `before` others have got one of `places` that are all taken, by Little's law.
/// Zero where there are none. Whoever is next after them waits for a part of one more turn.
[[nodiscard]] Duration expected_wait(std::size_t before, std::size_t places, Duration service_time);

/// Whether a newcomer is better told at once that it came for nothing: those before it take more
/// than half of what is left of its patience. Half, as a queue that is longer gets nobody served
/// sooner, but has those who are served at the edge of their objective, and those who are not find
/// out late.
[[nodiscard]] constexpr bool in_vain(Duration expected, Duration patience_left) {
  return 2 * expected > patience_left;
}

}  // namespace headroom::protect
