// A limit for each service: of those that are decided for, and of the others.
#include "control/limits.h"

#include <algorithm>

#include "scale/capacity.h"
#include "scale/demand.h"
#include "scale/seen.h"

namespace headroom::control {

Admissions Limits::after(const scale::Policy& decided, const scale::Model& model,
                         const scale::Observations& seen) {
  Admissions now;
  scale::SeenByName by_name(seen);
  const auto settle = [&](const scale::ServicePolicy& service, const scale::ServiceSeen* found,
                          const scale::ServiceModel& learned) {
    scale::InFlightLimit& limit = limits_[service.service];
    const auto attempts =
        scale::is_evidence(found, seen.dt) ? found->by_concurrency : scale::ByConcurrency{};
    limit = scale::next_limit(service, learned, attempts, limit);
    now[service.service] = scale::admission(limit, learned);
  };
  for (const scale::ServicePolicy& service : decided.services) {
    static const scale::ServiceModel nothing;
    const auto learned = model.services.find(service.service);
    settle(service, by_name.find(service.service),
           learned != model.services.end() ? learned->second : nothing);
  }
  for (const scale::ServicePolicy& service : elsewhere_) {
    const scale::ServiceSeen* found = by_name.find(service.service);
    scale::ServiceModel& learned = of_those_.services[service.service];
    if (scale::is_evidence(found, seen.dt))
      scale::learn_capacity(service, *found, seconds(seen.dt), learned);
    settle(service, found, learned);
  }
  return now;
}

void Limits::begin_anew(const spec::Config& config) {
  limits_.clear();
  elsewhere_.clear();
  for (const spec::Service& service : config.services) {
    if (service.run || config.mode == spec::Mode::shadow) continue;
    elsewhere_.push_back(scale::ServicePolicy::from(service, config.gateway.queue));
    limits_[service.name].in_flight = service.replicas.concurrency;
  }
  std::erase_if(of_those_.services, [this](const auto& learned) {
    return std::ranges::find(elsewhere_, learned.first, &scale::ServicePolicy::service) ==
           elsewhere_.end();
  });
}

}  // namespace headroom::control
