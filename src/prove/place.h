// A replica as the exact plant works with it: who is in flight there, when it stands still.
#pragma once

#include <cstdint>
#include <vector>

#include "core/random.h"
#include "core/time.h"
#include "prove/scenario.h"

namespace headroom::prove {

/// Stops of one replica, drawn as far ahead as they are asked for.
class PauseTimes {
 public:
  /// When something that begins at `from_ns` and works for `work_ns` is done, pauses included.
  [[nodiscard]] std::int64_t done_at(std::int64_t from_ns, std::int64_t work_ns,
                                     const Pauses& pauses, Random& random);

 private:
  struct Pause {
    std::int64_t begin_ns = 0;
    std::int64_t end_ns = 0;
  };
  std::vector<Pause> pauses_;  // oldest first
  std::size_t past_ = 0;       // those before are over for good
};

/// A ready or draining replica.
struct Place {
  std::int32_t in_flight = 0;
  std::uint32_t number = 0;      // of the fleet
  std::uint32_t generation = 0;  // counts up when it crashes: what was in flight there has failed
  bool open = false;             // takes new requests
  std::int64_t ready_ns = 0;
  std::int64_t warm_ns = 0;  // when its slow start is over
  double slowdown = 1;       // by a noisy neighbour
  std::int64_t settled_ns = 0;
  std::int64_t busy_ns = 0;  // requests in flight × time, of this second
  PauseTimes pauses;

  /// Adds up the time since the last change of in_flight.
  void settle(std::int64_t now_ns) {
    busy_ns += in_flight * (now_ns - settled_ns);
    settled_ns = now_ns;
  }
};

}  // namespace headroom::prove
