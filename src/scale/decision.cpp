// The part of headroom.yaml that decisions depend on; names of rules.
#include "scale/decision.h"

#include <algorithm>

namespace headroom::scale {

std::vector<Duration> judged_latencies(const spec::Service& service) {
  std::vector<Duration> latencies;
  for (const spec::Route& route : service.routes) latencies.push_back(route.objective.latency);
  std::ranges::sort(latencies);
  latencies.erase(std::ranges::unique(latencies).begin(), latencies.end());
  return latencies;
}

ServicePolicy ServicePolicy::from(const spec::Service& service, const spec::Queue& queue) {
  return {.service = service.name,
          .objective = service.objective,
          .replicas = service.replicas,
          .scale = service.scale,
          .queue_wait = queue.wait,
          .judged_by = judged_latencies(service)};
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

std::string_view Reason::stage() const {
  if (rule == Rule::other) return std::string_view(of).substr(0, of.find('/'));
  return scale::name(entry(rule).stage);
}

std::string_view Reason::name() const {
  const std::string_view known = entry(rule).name;
  if (!known.empty()) return known;
  return rule == Rule::other ? std::string_view(of).substr(of.find('/') + 1) : of;
}

std::string_view Counterfactual::name() const {
  const std::string_view known = entry(without).name;
  return known.empty() ? std::string_view(of) : known;
}

}  // namespace headroom::scale
