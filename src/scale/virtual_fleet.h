// Replicas as there would be, had another share of moments been allowed to outgrow their forecast.
#pragma once

#include <array>

#include "scale/decision.h"
#include "scale/demand.h"
#include "scale/model.h"
#include "scale/observation.h"
#include "scale/state.h"

namespace headroom::scale {

/// Of moments, that each fleet lets outgrow their forecast: from a fifth down to 10^-5, three to a
/// power of ten.
[[nodiscard]] const std::array<double, virtual_fleet_count>& virtual_shares();

/// One tick of a fleet.
struct FleetTick {
  double tick_s = 0;
  double arrivals = 0;     // requests
  double concurrency = 0;  // requests in flight that a replica carries
  double latency_s = 0;    // mean time of each
  double may_wait_s = 0;   // a request that waits longer is missed
  double drain_s = 0;      // within which what waits is to be served
  double least = 0;        // replicas that are wanted whatever the share
  double most = 0;
  int start_steps = 0;  // of which start_parts make a lead time, that end with the tick
  int hold_steps = 0;   // of which hold_parts make a scale-in delay
};

/// Lives through the tick and then wants `need` replicas, not rounded. Answers the requests missed:
/// a fluid of which what would wait too long is cut off.
double live(const FleetTick& tick, double need, VirtualFleet& fleet);

/// The end of a tick as a decision sees it.
struct FleetMoment {
  double tick_s = 0;
  double per_second = 0;  // requests that came
  Demand demand{};
  Situation situation{};  // one tick before
  double foreseen = 0;    // replicas that are needed whatever the share
};

/// All fleets of a service live through a tick. Requires a capacity, and what the model has learned
/// of `seen` otherwise.
void live_virtually(const ServicePolicy& policy, const ServiceSeen& seen, const FleetMoment& at,
                    ServiceModel& model);

/// The share of all requests that a fleet misses: what it did, and until it has lived for many lead
/// times what is usual. Requires fleets.
[[nodiscard]] double missed_share(const VirtualFleets& fleets, double lead_s, std::size_t place);

}  // namespace headroom::scale
