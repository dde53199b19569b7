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
  int zone = 1;  // from 1; 0, or beyond those there are: it is none of them
};

enum class StopReason : std::uint8_t { surplus, outdated, hung };

struct Stop {
  std::size_t replica = 0;  // index of its view
  StopReason reason = StopReason::surplus;

  bool operator==(const Stop&) const = default;
};

struct Plan {
  std::vector<int> starts;  // the zone of each
  std::vector<Stop> stops;

  bool operator==(const Plan&) const = default;
};

/// What to do now so that as many current replicas as `wanted` says of each zone, zone 1 first,
/// become and stay ready. Applied again and again it converges: stopped replicas are expected back
/// as draining, started ones as starting.
///
/// - A shortage is started at once, `start_limit` at most, where most are missing.
/// - Outdated replicas are replaced one at a time, with one replica more than wanted meanwhile; one
///   that is ready is stopped only when as many others are ready as are wanted. The next
///   replacement starts when the last outdated replica has ended, so memory is needed for one more
///   replica, not for two. So are those that one zone has too many of while another lacks some.
/// - A hung replica is replaced before it is stopped, unless more than are wanted hang.
/// - Of a surplus those go that a zone has too many of: those that start first, then those with the
///   fewest requests in flight: they have the least to lose. Among equals the youngest: old ones
///   have warm caches.
[[nodiscard]] Plan plan(std::span<const int> wanted, std::span<const ReplicaView> replicas,
                        int start_limit);

}  // namespace headroom::supervisor
