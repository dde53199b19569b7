// Endpoints from the file, and what their probes find.
#include "control/static_endpoints.h"

#include <fmt/format.h>

#include "control/supervisor/prober.h"

namespace headroom::control {
namespace {

constexpr int status_no_such_path = 404;

std::string id_of(const spec::Service& service, const io::Address& address) {
  return fmt::format("{}@{}", service.name, address.text());
}

std::shared_ptr<gateway::Replica> known(const gateway::Endpoints& endpoints,
                                        const std::string& service, const std::string& id) {
  const auto list = endpoints.services.find(service);
  if (list == endpoints.services.end()) return nullptr;
  for (const gateway::Endpoint& endpoint : list->second)
    if (endpoint.replica->id == id) return endpoint.replica;
  return nullptr;
}

}  // namespace

/// One endpoint under probes.
class StaticEndpoints::Checked {
 public:
  struct Terms {
    std::string service;
    std::string id;
    io::Address address;
    std::string path;
    bool stated = false;  // the file names the path: then every answer counts
  };
  Checked(StaticEndpoints& all, Terms terms, Duration delay)
      : all_(all),
        terms_(std::move(terms)),
        health_(all.timing_.health),
        prober_(all.loop_, [this](const auto& result) { on_probe(result); }) {
    prober_.use({.address = terms_.address,
                 .path = terms_.path,
                 .every = all.timing_.health_every,
                 .timeout = all.timing_.probe_timeout});
    prober_.start(delay);
  }

  [[nodiscard]] bool healthy() const { return health_.healthy(); }
  [[nodiscard]] bool asks(const std::string& path, bool stated) const {
    return terms_.path == path && terms_.stated == stated;
  }

 private:
  void on_probe(const supervisor::ProbeResult& result) {
    if (result.outcome == supervisor::ProbeOutcome::unseen) return;
    const bool was_healthy = healthy();
    if (!counts(result)) {
      health_ = supervisor::Health(all_.timing_.health);
      if (!was_healthy)
        all_.changed({Level::info, terms_.service, terms_.id,
                      fmt::format("{} to {} and is no longer judged by it: requests go to it again",
                                  result.text, terms_.path)});
      return;
    }
    health_.record(result.outcome, all_.loop_.now());
    if (healthy() != was_healthy)
      all_.changed(supervisor::health_event(terms_.service, terms_.id, health_, result.text));
  }

  /// A path that the file does not name is a convention: only an endpoint that has kept to it can
  /// break it, and one that says there is no such path does not follow it.
  bool counts(const supervisor::ProbeResult& result) {
    if (result.outcome == supervisor::ProbeOutcome::ok) proven_ = true;
    if (result.status == status_no_such_path) proven_ = false;
    return terms_.stated || proven_;
  }

  StaticEndpoints& all_;
  Terms terms_;
  bool proven_ = false;  // it has answered 200
  supervisor::Health health_;
  supervisor::Prober prober_;
};

StaticEndpoints::StaticEndpoints(io::Loop& loop, const supervisor::Timing& timing, Hooks hooks)
    : loop_(loop), timing_(timing), hooks_(std::move(hooks)) {}

StaticEndpoints::~StaticEndpoints() = default;

void StaticEndpoints::configure(const spec::Config& config) {
  std::map<std::string, std::unique_ptr<Checked>> next;
  for (const spec::Service& service : config.services) {
    if (service.run || service.ready.empty()) continue;
    const auto count = static_cast<int>(service.endpoints.size());
    for (int i = 0; i < count; ++i) {
      const auto address = io::Address::parse(service.endpoints[static_cast<std::size_t>(i)]);
      if (!address) continue;  // add_to() says so
      const std::string id = id_of(service, *address);
      if (const auto one = checked_.find(id);
          one != checked_.end() && one->second != nullptr &&
          one->second->asks(service.ready, service.ready_stated)) {
        next[id] = std::move(one->second);
        continue;
      }
      // Spread over the first period, so that many endpoints are not all asked in one moment.
      next[id] = std::make_unique<Checked>(
          *this, Checked::Terms{service.name, id, *address, service.ready, service.ready_stated},
          timing_.health_every * i / count);
    }
  }
  checked_ = std::move(next);
}

Result<> StaticEndpoints::add_to(const spec::Config& config, Instant now,
                                 const gateway::Endpoints& previous,
                                 gateway::Endpoints& into) const {
  for (const spec::Service& service : config.services) {
    if (service.run) continue;
    std::vector<gateway::Endpoint>& list = into.services[service.name];
    for (const std::string& text : service.endpoints) {
      const io::Address address = TRY(io::Address::parse(text));
      const std::string id = id_of(service, address);
      const int concurrency = service.replicas.concurrency;
      auto replica = known(previous, service.name, id);
      if (replica == nullptr)
        replica = std::make_shared<gateway::Replica>(id, address, now - std::chrono::hours(1),
                                                     concurrency);
      replica->concurrency = concurrency;
      const auto checked = checked_.find(id);
      list.push_back({std::move(replica), checked == checked_.end() || checked->second->healthy()});
    }
  }
  return {};
}

ReplicasSeen StaticEndpoints::look(const std::string& service,
                                   const std::vector<gateway::Endpoint>& endpoints, Instant now) {
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
  if (const auto events = events_.find(service); events != events_.end())
    seen.events = std::exchange(events->second, {});
  return seen;
}

/// Said once what follows from it is in force: after "nothing is sent to it" nothing is.
void StaticEndpoints::changed(const Event& event) {
  hooks_.on_health();
  hooks_.on_event(event);
  std::vector<std::string>& events = events_[event.service];
  if (events.size() == events_max) events.erase(events.begin());
  events.push_back(event.sentence());
}

}  // namespace headroom::control
