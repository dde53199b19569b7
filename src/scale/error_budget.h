// The outer loop: how careful forecasts must be, set by the misses that really came.
#pragma once

#include "scale/decision.h"
#include "scale/model.h"
#include "scale/observation.h"

namespace headroom::scale {

/// The share of requests that may be made late by waiting, or shed: what the objective permits
/// less those that are late by their service time alone. At least half of what it permits, and all
/// of it where service time alone breaks the objective: no number of replicas mends that.
[[nodiscard]] double spendable_share(const ServicePolicy& policy, const Capacity& capacity);

/// The share of moments that may outgrow their forecast. Of such a moment's requests only those
/// above capacity are missed, and only until replicas follow, so it starts at twice the spendable
/// share. From there the misses that come move it.
[[nodiscard]] double outgrown_share(const ServicePolicy& policy, const ServiceModel& model);

/// Takes in the outcomes of one tick.
void learn_misses(const ServicePolicy& policy, const ServiceSeen& seen, double tick_s,
                  ServiceModel& model);

}  // namespace headroom::scale
