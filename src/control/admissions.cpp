// The learned limit, or the stated one.
#include "control/admissions.h"

#include <algorithm>
#include <vector>

namespace headroom::control {
namespace {

/// Objectives that are further apart have nothing in common that a mean latency could be held to.
constexpr int apart = 4;

bool are_apart(const std::vector<spec::Route>& routes) {
  if (routes.empty()) return false;
  const auto [least, most] =
      std::ranges::minmax(routes, {}, [](const auto& route) { return route.objective.latency; });
  return most.objective.latency > apart * least.objective.latency;
}

bool is_limited(const spec::Config& config, const spec::Service& service) {
  const auto endless = [](const spec::Route& route) {
    return route.timeouts.total == spec::Timeouts::none;
  };
  return config.mode == spec::Mode::act && std::ranges::none_of(service.routes, endless) &&
         !are_apart(service.routes);
}

}  // namespace

scale::Admission admission_of(const spec::Config& config, const spec::Service& service,
                              const Admissions& learned) {
  const auto known = learned.find(service.name);
  scale::Admission admission =
      known != learned.end()
          ? known->second
          : scale::first_admission(scale::ServicePolicy::from(service, config.gateway.queue));
  const bool begins_elsewhere = known == learned.end() && !service.run;
  if (begins_elsewhere || !is_limited(config, service))
    admission.in_flight = service.replicas.concurrency;
  return admission;
}

}  // namespace headroom::control
