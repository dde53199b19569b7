// Learning what one replica carries: its latency and late attempts by requests in flight.
#pragma once

#include "scale/decision.h"
#include "scale/model.h"
#include "scale/observation.h"

namespace headroom::scale {

/// Before anything is learned, unless the user stated `concurrency` or `target_concurrency`.
constexpr double concurrency_prior = 8;
/// What has not been tried is trusted up to this much above what has been, one request at least.
constexpr double extrapolation_max = 1.25;

/// Takes in one tick's attempts and settles the capacity anew.
///
/// The capacity is the concurrency with the greatest throughput, concurrency ÷ mean latency,
/// among those at which the share of late attempts stays within the objective's, with 90%
/// confidence; the smallest one within 3% of the best, as more in flight would only queue.
///
/// Where many are late even with the least in flight, concurrency is judged by what it adds.
///
/// Where throughput still grows at the highest concurrency seen, a step beyond it is believed. What
/// a version of the program has shown is only a guess at what another one carries.
///
/// Ticks in which attempts are suddenly late at concurrencies that were fine before (a store is
/// out, replicas are still cold) are left out for up to 10 minutes: that is not concurrency.
void learn_capacity(const ServicePolicy& policy, const ServiceSeen& seen, double tick_s,
                    ServiceModel& model);

}  // namespace headroom::scale
