// Requests from the workers' samples, replicas from the target.
#include "control/feed.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "control/sources/workers.h"
#include "evidence/assemble.h"

namespace headroom::control {
namespace {

/// With one alone it goes without saying.
bool several_versions(const scale::ServiceSeen& seen) {
  std::set<std::string_view> versions;
  for (const auto& one : seen.by_version) versions.insert(one.version);
  for (const auto& replica : seen.replicas)
    if (replica.phase == scale::Phase::ready) versions.insert(replica.version);
  return versions.size() > 1;
}

}  // namespace

scale::ServiceSeen Feed::look(const spec::Service& service, const gateway::Collected& collected,
                              ReplicasSeen replicas, const evidence::Interval& tick) {
  scale::ServiceSeen seen = evidence::assemble(samples_of(service, collected), collected.workers,
                                               tick, usual_[service.name]);
  seen.service = service.name;
  seen.replicas = std::move(replicas.replicas);
  seen.events = std::move(replicas.events);
  seen.rolling_out = replicas.rolling_out;
  if (!several_versions(seen)) seen.by_version.clear();
  seen.waiting = collected.gauges.waiting_for(service.name);
  return seen;
}

void Feed::forget_others(const spec::Config& config) {
  std::erase_if(usual_, [&config](const auto& entry) {
    return std::ranges::find(config.services, entry.first, &spec::Service::name) ==
           config.services.end();
  });
}

}  // namespace headroom::control
