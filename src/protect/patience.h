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

/// Whom a newcomer would have to wait behind.
struct Crowd {
  std::size_t before = 0;
  std::size_t places = 0;  // that are all taken
  Duration service_time{};
  Duration standing{};  // for how long somebody has waited without a break

  /// How long until those before have got a place, by Little's law. Zero where that cannot be told.
  /// Whoever is next after them waits for a part of one more turn.
  [[nodiscard]] Duration expected_wait() const;
};

/// Whether a newcomer is better told at once that it came for nothing: those before it take more
/// than half of what is left of its patience. Half, as a queue that is longer gets nobody served
/// sooner, but has those who are served at the edge of their objective, and those who are not find
/// out late.
///
/// A queue that has stood for longer than that patience is no burst that passes: more come than can
/// be served, and whoever is let in only makes all wait. Then it is kept as short as keeps replicas
/// busy, an eighth instead of half (and two): of who is served the more are in time.
[[nodiscard]] bool in_vain(const Crowd& crowd, Duration patience_left);

}  // namespace headroom::protect
