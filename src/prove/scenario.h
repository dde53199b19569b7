// What a simulation is of: the demand, what its requests are like, and the world they meet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "prove/distribution.h"
#include "scale/decision.h"

namespace headroom::prove {

struct Recording;  // prove/recording.h

/// What arrives, second by second.
struct Demand {
  std::vector<double> per_second;  // requests in that second
  bool counts = false;  // recorded counts, taken as they are; otherwise means of Poisson counts
  std::size_t scored_from = 0;  // the seconds before are history: lived through, not scored
  double start_s = 0;           // wall time of the first second, as in the trace it comes from
  double bin_s = 0;  // of that trace; within a bin of more than a second it is a straight line
  /// Those that per_second counts, one by one; nothing where only counts or rates are known.
  std::shared_ptr<const Recording> recorded{};
};

/// Stops of a replica as of a garbage collector: nothing is served meanwhile.
struct Pauses {
  double every_s = 0;  // mean time between two (exponential); 0: none
  double length_s = 0;
};

/// The universal scalability law: with n in flight a request takes 1 + σ(n − 1) + κn(n − 1) times
/// as long. Gunther, Guerrilla Capacity Planning, 2007.
struct Contention {
  double sigma = 0;
  double kappa = 0;
};

/// How long a replica takes from its start until it is ready.
struct Startup {
  double mean_s = 30;
  double spread = 0.3;        // uniform within ± this share of the mean
  double new_node_share = 0;  // of the starts, that need a machine first
  double new_node_s = 0;      // which takes that much longer
};

/// Requests that the exact plant tells apart from the service's others.
struct RouteLoad {
  std::string name;
  double share = 0;           // of the service's requests
  Distribution service_time;  // seconds, alone at a replica
  double objective_s = 0;     // 0: the workload's
  std::uint8_t rank = 1;      // in the queue at the door: 0 is served first
};

/// What the requests of a service are like at its replicas, and how those come and go.
struct Workload {
  std::string name;
  Distribution service_time;  // seconds, alone at a replica
  int concurrency = 8;        // requests that a replica works on at once; more wait at the door
  double objective_s = 0;     // answered within, the wait included
  Pauses pauses;
  Contention contention;
  std::vector<RouteLoad> routes;   // shares add up to 1; empty: requests are all alike
  std::optional<Startup> startup;  // where they are known; World has what holds
  std::optional<double> drain_s;
  double factor = 1;  // on its own times and objective; slowed() sets it
};

/// What surrounds the replicas.
struct World {
  Startup startup;
  double drain_s = 1;      // a replica that is stopped is paid for that much longer; what it works
                           // on is finished
  double patience_s = 15;  // who waits longer than this is shed
  int replicas_min = 1;
  int replicas_max = 1000;
  int replicas_at_first = 0;       // ready when it begins; 0: for the first minute's demand
  double crashes_per_hour = 0;     // of each ready replica
  int zones = 1;                   // replicas are spread over them in turn
  double zone_fails_at_s = -1;     // the first zone's replicas end then; negative: never
  double zone_fails_for_s = 0;     // and none becomes ready in it for that long
  double noisy_share = 0;          // of the replicas, that have a noisy neighbour
  double noisy_slowdown = 1;       // and take that many times as long
  int downstream_connections = 0;  // shared by all replicas, one a request; 0: no such limit
  double evidence_delay_s = 0;     // what is seen is this old
  double evidence_loss = 0;        // share of seconds of which a source never tells
  double evidence_late = 0;        // and of those that it tells of with the next one
  double evidence_every_s = 1;     // a source tells once in that long
  int evidence_sources = 1;        // that tell of an equal part of the requests each
};

/// What the file lets all services together have. The one that is simulated has it alone.
struct SharedLimits {
  std::map<std::string, int> downstreams;  // connections by name
  std::optional<double> budget_per_hour;
};

struct Scenario {
  Demand demand;
  Workload workload;
  World world;
  /// As headroom.yaml has it; without one, it follows from workload and world.
  std::optional<scale::ServicePolicy> policy = {};
  SharedLimits limits = {};  // headroom keeps them; rivals know of none
};

}  // namespace headroom::prove
