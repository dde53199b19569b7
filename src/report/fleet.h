// What other fleets would have made of the same traffic: the smallest fixed one, the clairvoyant.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace headroom::report {

/// What arrived within `dt_s` seconds.
struct Arrivals {
  double dt_s = 1;
  double count = 0;
};

/// A service as the estimate sees it.
struct Station {
  double per_second = 0;      // requests/s that one replica carries with the objective met
  double service_time_s = 0;  // mean time of a request at an unloaded replica
  double objective_s = 0;     // latency of the objective
  double permitted = 0.01;    // share of requests that may miss it
  double startup_s = 0;       // start → ready
  int replicas_min = 0;
};

/// The share of requests that would have missed the objective with `replicas(i)` ready ones during
/// arrivals[i]. A queue in front of the fleet, second by second: what exceeds capacity waits (1 s
/// at most, the rest is shed); those whose wait leaves less than a service time miss. Within a
/// second the recorded number comes at random moments: the chance that it crowds beyond what idle
/// slots and the time to wait absorb is that of a Brownian bridge. Service times are taken as
/// constant.
[[nodiscard]] double missed_share(std::span<const Arrivals> arrivals, const Station& station,
                                  const std::function<double(std::size_t)>& replicas);

/// The fewest replicas that, always ready, would have kept the misses within what is permitted.
/// Nothing when no number up to `replicas_limit` would, or nothing is known of the station.
[[nodiscard]] std::optional<int> smallest_fixed_fleet(std::span<const Arrivals> arrivals,
                                                      const Station& station);
constexpr int replicas_limit = 10'000;

struct Clairvoyant {
  std::vector<int> replicas;  // ready ones, during each of the arrivals
  double replica_seconds = 0;
};
/// What a controller that knows the future would have used: in each moment the replicas that the
/// demand around it (mean of 5 s) needs, started just in time, each start costing `startup_s`
/// without use; a replica is kept over a lull shorter than that. Those of the first moment are
/// there already. Demand is taken somewhat larger until missed_share() is permitted.
[[nodiscard]] std::optional<Clairvoyant> clairvoyant_fleet(std::span<const Arrivals> arrivals,
                                                           const Station& station);

}  // namespace headroom::report
