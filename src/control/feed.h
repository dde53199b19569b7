// From what the gateway counted to what decisions rest on.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/time.h"
#include "gateway/gateway.h"
#include "scale/observation.h"
#include "spec/config.h"

namespace headroom::control {

/// The replicas of one service and what happened to them, as the target of decisions reports it.
struct ReplicasSeen {
  std::vector<scale::ReplicaSeen> replicas;
  std::vector<std::string> events;
  bool rolling_out = false;  // see ServiceSeen
};

/// One service over the tick of length `dt`. Counts of its routes are summed; latency quantiles are
/// of the logical requests that ended in the tick as good or late.
[[nodiscard]] scale::ServiceSeen service_seen(const spec::Service& service,
                                              const gateway::Collected& collected,
                                              ReplicasSeen replicas, Duration dt);

}  // namespace headroom::control
