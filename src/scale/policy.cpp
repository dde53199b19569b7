// The part of headroom.yaml that decisions depend on.
#include "scale/decision.h"

namespace headroom::scale {

ServicePolicy ServicePolicy::from(const spec::Service& service, const spec::Queue& queue) {
  return {.service = service.name,
          .objective = service.objective,
          .replicas = service.replicas,
          .scale = service.scale,
          .queue_wait = queue.wait};
}

Policy Policy::from(const spec::Config& config) {
  Policy policy{.services = {},
                .downstreams = config.downstreams,
                .budget_per_hour = config.budget_per_hour,
                .shadow = config.mode == spec::Mode::shadow};
  policy.services.reserve(config.services.size());
  for (const auto& service : config.services)
    policy.services.push_back(ServicePolicy::from(service, config.gateway.queue));
  return policy;
}

}  // namespace headroom::scale
