// Endpoints from the file.
#include "control/static_endpoints.h"

#include <fmt/format.h>

namespace headroom::control {
namespace {

std::shared_ptr<gateway::Replica> known(const std::vector<gateway::Endpoint>& endpoints,
                                        const std::string& id, int concurrency) {
  for (const gateway::Endpoint& endpoint : endpoints)
    if (endpoint.replica->id == id && endpoint.replica->concurrency == concurrency)
      return endpoint.replica;
  return nullptr;
}

}  // namespace

Result<> add_static_endpoints(const spec::Config& config, Instant now,
                              const gateway::Endpoints& previous, gateway::Endpoints& into) {
  static const std::vector<gateway::Endpoint> none;
  for (const spec::Service& service : config.services) {
    if (service.run) continue;
    const auto before = previous.services.find(service.name);
    std::vector<gateway::Endpoint>& list = into.services[service.name];
    for (const std::string& text : service.endpoints) {
      const io::Address address = TRY(io::Address::parse(text));
      const std::string id = fmt::format("{}@{}", service.name, address.text());
      auto replica = known(before == previous.services.end() ? none : before->second, id,
                           service.replicas.concurrency);
      if (replica == nullptr) {
        replica = std::make_shared<gateway::Replica>(id, address, now - std::chrono::hours(1),
                                                     service.replicas.concurrency);
      }
      list.push_back({std::move(replica), true});
    }
  }
  return {};
}

ReplicasSeen static_replicas(const std::vector<gateway::Endpoint>& endpoints, Instant now) {
  ReplicasSeen seen;
  for (const gateway::Endpoint& endpoint : endpoints) {
    seen.replicas.push_back({.id = endpoint.replica->id,
                             .phase = scale::Phase::ready,
                             .age = now - endpoint.replica->ready_since,
                             .startup = {},
                             .cpu_cores = -1,
                             .rss_bytes = -1,
                             .in_flight = endpoint.replica->in_flight()});
  }
  return seen;
}

}  // namespace headroom::control
