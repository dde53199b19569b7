// Publishing, draining, observing on one machine.
#include "control/local_target.h"

#include <algorithm>
#include <future>

#include "io/clock.h"

namespace headroom::control {
namespace {

constexpr Duration leaving_poll = std::chrono::milliseconds(10);

}  // namespace

LocalTarget::LocalTarget(io::Loop& loop, gateway::Gateway& gateway, OnEvent on_event)
    : loop_(loop),
      gateway_(gateway),
      listed_(loop, {}, {.on_health = [this] { republish(); }, .on_event = std::move(on_event)}) {}

void LocalTarget::use(supervisor::Supervisor* supervisor) {
  if (supervisor_ != nullptr) supervisor_->count_in_flight_by(nullptr);  // it may outlive this
  supervisor_ = supervisor;
  if (supervisor_ == nullptr) return;
  supervisor_->count_in_flight_by([this](const std::string& service, const std::string& id) {
    const auto replica = known(service, id);
    return replica == nullptr ? 0 : replica->in_flight();
  });
}

std::shared_ptr<gateway::Replica> LocalTarget::known(const std::string& service,
                                                     const std::string& id) const {
  const auto list = endpoints_->services.find(service);
  if (list == endpoints_->services.end()) return nullptr;
  for (const gateway::Endpoint& endpoint : list->second)
    if (endpoint.replica->id == id) return endpoint.replica;
  return nullptr;
}

Result<> LocalTarget::publish(const spec::Config& config) {
  config_ = config;
  listed_.configure(config_);
  auto next = std::make_shared<gateway::Endpoints>();
  next->epoch = endpoints_->epoch + 1;
  TRY(listed_.add_to(config_, io::monotonic_now(), *endpoints_, *next));
  add_running(*next);
  set_admissions(*next);
  const auto previous = std::exchange(endpoints_, next);
  gateway_.publish(next);
  for (const auto& [service, list] : previous->services)
    for (const gateway::Endpoint& endpoint : list)
      if (known(service, endpoint.replica->id) == nullptr)
        leaving_.push_back({endpoint.replica, next->epoch});
  if (!leaving_.empty() && !leaving_timer_.armed()) loop_.arm(leaving_timer_, leaving_poll);
  return {};
}

/// The supervisor's replicas; those published last while it is away.
void LocalTarget::add_running(gateway::Endpoints& into) const {
  std::map<std::string, int> concurrency;
  for (const spec::Service& service : config_.services) {
    concurrency[service.name] = service.replicas.concurrency;
    const auto last = endpoints_->services.find(service.name);
    if (supervisor_ == nullptr && service.run && last != endpoints_->services.end())
      into.services[service.name] = last->second;
  }
  if (supervisor_ == nullptr) return;
  for (const supervisor::Endpoint& endpoint : supervisor_->endpoints()) {
    if (endpoint.phase != scale::Phase::ready) continue;
    auto replica = known(endpoint.service, endpoint.replica);
    const auto limit = concurrency.find(endpoint.service);  // none: the service is leaving
    if (replica == nullptr)
      replica = std::make_shared<gateway::Replica>(
          endpoint.replica, endpoint.address, endpoint.ready_since,
          limit != concurrency.end() ? limit->second : 1, endpoint.version);
    else if (limit != concurrency.end())
      replica->concurrency = limit->second;
    into.services[endpoint.service].push_back({std::move(replica), endpoint.healthy});
  }
}

void LocalTarget::set_admissions(gateway::Endpoints& of) const {
  for (const spec::Service& service : config_.services) {
    const scale::Admission admission = admission_of(config_, service, admissions_);
    if (service.run) of.cold_starts[service.name] = admission.cold_start;
    const auto list = of.services.find(service.name);
    if (list == of.services.end()) continue;
    for (const gateway::Endpoint& endpoint : list->second)
      endpoint.replica->limit = admission.in_flight;
  }
}

void LocalTarget::republish() {
  CHECK(publish(spec::Config(config_)).has_value());  // it was published before
}

void LocalTarget::watch_leaving() {
  if (shares_ && shares_()) return loop_.arm(leaving_timer_, leaving_poll);
  shares_ = nullptr;
  const std::uint64_t acknowledged = gateway_.acknowledged_epoch();
  std::vector<std::string> alone;
  std::erase_if(leaving_, [&](const Leaving& leaving) {
    if (leaving.epoch > acknowledged || leaving.replica->in_flight() > 0) return false;
    alone.push_back(leaving.replica->id);
    return true;
  });
  // The supervisor may publish from within removed(), so the list is settled before.
  if (!leaving_.empty()) loop_.arm(leaving_timer_, leaving_poll);
  for (const std::string& id : alone)
    if (supervisor_ != nullptr) supervisor_->removed(id);
}

ReplicasByService LocalTarget::look() {
  ReplicasByService seen;
  const Instant now = io::monotonic_now();
  if (supervisor_ != nullptr) {
    for (supervisor::ServiceReplicas& service : supervisor_->snapshot()) {
      for (scale::ReplicaSeen& replica : service.replicas) {
        const auto shared = known(service.service, replica.id);
        if (shared != nullptr) replica.in_flight = shared->in_flight();
      }
      seen[service.service] = {std::move(service.replicas), std::move(service.events),
                               service.rolling_out, std::move(service.standing)};
    }
  }
  for (const auto& [service, list] : endpoints_->services)
    if (!seen.contains(service)) seen[service] = listed_.look(service, list, now);
  for (const auto& [service, list] : endpoints_->services)
    for (const gateway::Endpoint& endpoint : list)
      seen[service].standing.replicas[endpoint.replica->id].healthy = endpoint.healthy;
  return seen;
}

std::optional<ReplicasByService> LocalTarget::observe(Duration wait) {
  auto promise = std::make_shared<std::promise<ReplicasByService>>();
  std::future<ReplicasByService> answer = promise->get_future();
  loop_.post([this, promise] { promise->set_value(look()); });
  if (answer.wait_for(wait) != std::future_status::ready) return std::nullopt;
  return answer.get();
}

void LocalTarget::admit(const Admissions& services) {
  loop_.post([this, services] {
    admissions_ = services;
    republish();
  });
}

void LocalTarget::apply(const Wanted& wanted) {
  loop_.post([this, wanted] {
    if (supervisor_ == nullptr || wanted.generation != generation_) return;
    for (const auto& [service, replicas] : wanted.replicas) supervisor_->scale(service, replicas);
  });
}

}  // namespace headroom::control
