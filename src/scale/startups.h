// Learning how long a replica takes to start, of the version that starts now.
#pragma once

#include "core/time.h"
#include "scale/model.h"
#include "scale/observation.h"

namespace headroom::scale {

/// Before anything was seen to start.
constexpr double startup_prior_s = 10;

/// Takes in what is starting, and what became ready within the tick; settles the start-up time to
/// plan with and the lead time.
///
/// It is the 90th percentile of the last 32 starts and of those under way, later ones counting
/// more: of many, one that is slow is no rule, two in a row are. Where those that have taken
/// longest still go on, they are believed to be late by as much again as they are now. Starts of
/// another version than the youngest replica's tell nothing: until the first start of a new one,
/// the time of the version before is a guess.
void learn_startups(const ServiceSeen& seen, Duration tick, ServiceModel& model);

}  // namespace headroom::scale
