// Which replica takes the next request: the one least loaded for its weight.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/random.h"
#include "core/time.h"

namespace headroom::protect {

/// What the balancer knows of one replica at the moment of choice.
struct Candidate {
  std::int32_t in_flight = 0;
  std::int32_t limit = 0;  // in flight at most
  double weight = 1.0;     // (0, 1]: how much of a full share it should get
  bool usable = true;      // not ejected, not excluded

  [[nodiscard]] bool has_room() const { return usable && in_flight < limit; }
  [[nodiscard]] double load() const { return (in_flight + 1) / weight; }
};

/// Up to this many replicas are all looked at. Beyond, two random ones are compared: with few
/// replicas two choices would still feed a stuck one.
constexpr std::size_t full_scan_max = 32;

constexpr Duration slow_start_window = std::chrono::seconds(3);

/// The share a replica gets `age` after it became ready: a tenth at first, all of it after
/// `window`. New processes have cold caches and compilers.
[[nodiscard]] double slow_start_weight(Duration age, Duration window);

/// The index of the replica to use, or nothing when none has room.
/// `candidate(i)` gives replica i of `count`. Ties fall by chance. O(count), or O(1) beyond
/// full_scan_max as long as one of the two has room.
template <class CandidateAt>
[[nodiscard]] std::optional<std::size_t> least_loaded(std::size_t count, CandidateAt candidate,
                                                      Random& random) {
  if (count == 0) return std::nullopt;
  const std::size_t start = count == 1 ? 0 : random.below(count);
  if (count > full_scan_max) {
    const std::size_t other = (start + 1 + random.below(count - 1)) % count;
    const Candidate a = candidate(start);
    const Candidate b = candidate(other);
    if (a.has_room() && (!b.has_room() || a.load() <= b.load())) return start;
    if (b.has_room()) return other;
  }
  std::optional<std::size_t> best;
  double best_load = 0;
  for (std::size_t step = 0; step < count; ++step) {
    const std::size_t i = start + step < count ? start + step : start + step - count;
    const Candidate c = candidate(i);
    if (!c.has_room() || (best && c.load() >= best_load)) continue;
    best = i;
    best_load = c.load();
  }
  return best;
}

}  // namespace headroom::protect
