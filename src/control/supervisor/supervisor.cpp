// The supervisor: services, endpoints, adoption, shutdown.
#include "control/supervisor/supervisor.h"

#include <fmt/format.h>
#include <algorithm>
#include <utility>

#include "io/clock.h"
#include "io/process_orphans.h"

namespace headroom::supervisor {
namespace {

constexpr Duration house_every = std::chrono::seconds(1);

std::uint64_t spread(const std::string& text) {
  return std::hash<std::string>{}(text);
}

using Commands = std::map<std::string, Command>;  // by service

Result<Commands> look_up_all(const spec::Config& config) {
  Commands commands;
  for (const spec::Service& service : config.services) {
    if (!service.run) continue;
    auto command = look_up(*service.run, folder_of(config));
    if (!command)
      return fail(command.error().code,
                  fmt::format("service {}: {}", service.name, command.error().message));
    commands.emplace(service.name, std::move(*command));
  }
  return commands;
}

std::vector<PortRange> all_stated_ports(const spec::Config& config) {
  std::vector<PortRange> all;
  for (const spec::Service& service : config.services)
    if (service.run)
      if (const auto range = stated_ports(*service.run)) all.push_back(*range);
  return all;
}

}  // namespace

bool Endpoint::operator==(const Endpoint& other) const {
  return service == other.service && replica == other.replica && phase == other.phase &&
         ready_since == other.ready_since && healthy == other.healthy &&
         address.text() == other.address.text();
}

Result<std::unique_ptr<Supervisor>> Supervisor::open(io::Loop& loop, Options options) {
  auto state = TRY(StateDir::open(options.state_dir));
  io::receive_orphans();
  return std::unique_ptr<Supervisor>(new Supervisor(loop, std::move(options), std::move(state)));
}

Supervisor::Supervisor(io::Loop& loop, Options options, std::unique_ptr<StateDir> state)
    : loop_(loop),
      hooks_(std::move(options.hooks)),
      state_(std::move(state)),
      settle_timer_([this] { settle(); }),
      house_timer_([this] { keep_house(); }),
      workshop_{
          .loop = loop,
          .timing = options.timing,
          .state = *state_,
          .logs = Logs(state_->log_folder()),
          .ports = Ports(range_beside(ephemeral_ports()), spread(state_->owner())),
          .confinement = {},
          .ports_taken = {},
          .on_trial = options.on_trial,
          .settle_soon = [this] { settle_soon(); },
          .look_for_leftovers = [this](bool everywhere) { leftovers_.look_soon(everywhere); },
          .in_flight = {},
          .note = [this](control::Event event) { note(std::move(event)); },
      },
      leftovers_(loop, state_->owner(), [this] { return replicas(); }) {
  loop_.arm(house_timer_, house_every);
}

Supervisor::~Supervisor() {
  say();
}

Result<> Supervisor::configure(const spec::Config& config) {
  const std::string folder = folder_of(config);
  Commands commands = TRY(look_up_all(config));
  workshop_.ports.keep_for_others(all_stated_ports(config));
  for (control::Event& weak : workshop_.confinement.use(config)) note(std::move(weak));
  if (!std::exchange(took_over_, true)) take_over();
  for (const auto& [name, crew] : crews_)
    if (!commands.contains(name)) crew->retire("its service is no longer in the file");
  for (const spec::Service& service : config.services)
    if (const auto command = commands.find(service.name); command != commands.end())
      crew_of(service.name).configure(service, folder, std::move(command->second));
  return {};
}

void Supervisor::take_over() {
  for (FoundReplica& replica : find_replicas(state_->owner()))
    crew_of(parse_replica_name(replica.identity.replica)->service).adopt(std::move(replica));
}

Crew& Supervisor::crew_of(const std::string& service) {
  auto& crew = crews_[service];
  if (!crew) crew = std::make_unique<Crew>(workshop_, service);
  return *crew;
}

void Supervisor::scale(const std::string& service, int wanted) {
  const auto crew = crews_.find(service);
  if (crew != crews_.end() && !on_stopped_) crew->second->scale(wanted);
}

void Supervisor::trial_is_over() {
  workshop_.on_trial = false;
  for (const auto& [name, crew] : crews_) crew->trial_is_over();
  settle_soon();
}

void Supervisor::count_in_flight_by(
    std::function<int(const std::string& service, const std::string& replica)> in_flight) {
  workshop_.in_flight = std::move(in_flight);
}

void Supervisor::removed(std::string_view replica) {
  for (const auto& [name, crew] : crews_)
    for (const auto& one : crew->replicas())
      if (one->id() == replica) one->removed();
}

void Supervisor::shutdown(std::function<void()> on_done) {
  on_stopped_ = std::move(on_done);
  for (const auto& [name, crew] : crews_) crew->retire("headroom stops");
  settle_soon();
}

/// Everything is settled in one place and never from inside a replica's or a caller's call, so that
/// nothing is destroyed under its own feet and hooks may call back.
void Supervisor::settle_soon() {
  loop_.arm(settle_timer_, Duration{0});
}

void Supervisor::settle() {
  const Instant now = loop_.now();
  Instant next = Instant::max();
  for (const auto& [name, crew] : crews_) {
    crew->settle(now);
    next = std::min(next, crew->next_settle(now));
  }
  std::erase_if(crews_, [](const auto& entry) {
    return entry.second->retired() && entry.second->replicas().empty();
  });
  if (next != Instant::max() && !settle_timer_.armed()) loop_.arm(settle_timer_, next - now);
  publish();
  say();
  if (on_stopped_ && crews_.empty()) std::exchange(on_stopped_, nullptr)();
}

void Supervisor::publish() {
  auto current = endpoints();
  if (current == published_) return;
  published_ = std::move(current);
  if (hooks_.on_endpoints) hooks_.on_endpoints();
}

std::vector<Endpoint> Supervisor::endpoints() const {
  std::vector<Endpoint> result;
  for (const auto& [name, crew] : crews_)
    for (const auto& replica : crew->replicas())
      if (replica->ready_since() && replica->stage() != Stage::ended)
        result.push_back({.service = name,
                          .replica = replica->id(),
                          .version = replica->identity().command_hash,
                          .address = replica->identity().address,
                          .phase = replica->phase(),
                          .ready_since = *replica->ready_since(),
                          .healthy = replica->health().healthy()});
  return result;
}

std::vector<ServiceReplicas> Supervisor::snapshot() {
  const Instant now = io::monotonic_now();
  std::vector<ServiceReplicas> result;
  for (const auto& [name, crew] : crews_) {
    ServiceReplicas service{.service = name,
                            .wanted = crew->wanted(),
                            .replicas = {},
                            .events = {},
                            .rolling_out = crew->rolling_out(),
                            .standing = {}};
    for (const auto& replica : crew->replicas())
      if (replica->stage() != Stage::ended) {
        service.replicas.push_back(replica->sample(now));
        service.replicas.back().zone = crew->zone_of(*replica);
      }
    service.standing = crew->standing();  // with what the samples found
    result.push_back(std::move(service));
  }
  for (ServiceReplicas& service : result) {
    auto& events = events_[service.service];
    service.events.assign(events.begin(), events.end());
    events.clear();
  }
  return result;
}

/// Said once what follows from it is in force: after "nothing is sent to it" nothing is.
void Supervisor::note(control::Event event) {
  unsaid_.push_back(std::move(event));
  settle_soon();
}

void Supervisor::say() {
  for (const control::Event& event : std::exchange(unsaid_, {})) {
    if (hooks_.on_event) hooks_.on_event(event);
    auto& events = events_[event.service];
    if (events.size() == events_max) events.pop_front();
    events.push_back(event.sentence());
  }
}

std::vector<Replica*> Supervisor::replicas() const {
  std::vector<Replica*> all;
  for (const auto& [name, crew] : crews_)
    for (const auto& replica : crew->replicas()) all.push_back(replica.get());
  return all;
}

void Supervisor::keep_house() {
  leftovers_.look_soon(false);
  for (const auto& [name, crew] : crews_) crew->look_at_program();
  std::set<std::string> living;
  for (const auto& [name, crew] : crews_)
    for (const auto& replica : crew->replicas()) {
      living.insert(replica->id());
      replica->keep_within_memory();
      workshop_.logs.rotate(replica->id());
    }
  workshop_.logs.prune(living);
  workshop_.confinement.sweep();
  loop_.arm(house_timer_, house_every);
}

}  // namespace headroom::supervisor
