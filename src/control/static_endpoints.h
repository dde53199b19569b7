// Services whose replicas somebody else runs: always the addresses that the file gives.
#pragma once

#include <memory>
#include <vector>

#include "control/feed.h"
#include "core/result.h"
#include "gateway/replica.h"
#include "spec/config.h"

namespace headroom::control {

/// Adds the endpoints of every service that lists them to `into`; replicas already in `previous`
/// with the same address and limit are kept, with their counters.
[[nodiscard]] Result<> add_static_endpoints(const spec::Config& config, Instant now,
                                            const gateway::Endpoints& previous,
                                            gateway::Endpoints& into);

/// How they look to the controller: ready since ever.
[[nodiscard]] ReplicasSeen static_replicas(const std::vector<gateway::Endpoint>& endpoints,
                                           Instant now);

}  // namespace headroom::control
