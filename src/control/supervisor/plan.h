// Which replicas of one service to start and which to stop: pure, decided from what is there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/time.h"
#include "scale/observation.h"

namespace headroom::supervisor {

/// One replica as the planner sees it.
struct ReplicaView {
  scale::Phase phase = scale::Phase::starting;
  bool current = true;   // runs the program and settings of the configuration in force
  bool adopted = false;  // taken over from an earlier headroom; may serve although not yet proved
  bool hung = false;     // does not answer: no capacity, to be replaced
  int in_flight = 0;     // requests under way, as far as the gateway of this process knows
  Instant started{};
};

enum class StopReason : std::uint8_t { surplus, outdated, hung };

struct Stop {
  std::size_t replica = 0;  // index of its view
  StopReason reason = StopReason::surplus;

  bool operator==(const Stop&) const = default;
};

struct Plan {
  int starts = 0;
  std::vector<Stop> stops;

  bool operator==(const Plan&) const = default;
};

/// What to do now so that `wanted` current replicas become and stay ready. Applied again and again
/// it converges: stopped replicas are expected back as draining, started ones as starting.
///
/// - A shortage is started at once, `start_limit` at most.
/// - Outdated replicas are replaced one at a time, with one replica more than wanted meanwhile; one
///   that is ready is stopped only when `wanted` others are ready. The next replacement starts when
///   the last outdated replica has ended, so memory is needed for one more replica, not for two.
/// - A hung replica is replaced before it is stopped, unless more than `wanted` hang.
/// - Of a surplus those that start go first, then those with the fewest requests in flight: they
///   have the least to lose. Among equals the youngest: old ones have warm caches.
[[nodiscard]] Plan plan(int wanted, std::span<const ReplicaView> replicas, int start_limit);

}  // namespace headroom::supervisor
