// How careful forecasts must be: what may still be missed, and who would have missed how much.
#pragma once

#include "scale/decision.h"
#include "scale/model.h"
#include "scale/observation.h"
#include "scale/virtual_fleet.h"

namespace headroom::scale {

/// The share of requests that may be made late by waiting, or shed: what the objective permits
/// less those that are late by their service time alone. At least half of what it permits, and all
/// of it where service time alone breaks the objective: no number of replicas mends that.
[[nodiscard]] double spendable_share(const ServicePolicy& policy, const Capacity& capacity);

/// The share of moments that may outgrow their forecast. Twice the spendable share until virtual
/// fleets have lived for a while; then that of the boldest of them that missed no more than the
/// account over objective.window allows, up to a tenth or twice the spendable share.
[[nodiscard]] double outgrown_share(const ServicePolicy& policy, const ServiceModel& model);

/// Takes in a tick, of which everything else has been learned.
void learn_misses(const ServicePolicy& policy, const ServiceSeen& seen, const FleetMoment& at,
                  ServiceModel& model);

}  // namespace headroom::scale
