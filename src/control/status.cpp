// The state of services, kept from tick to tick.
#include "control/status.h"

#include <algorithm>
#include <utility>

#include "scale/seen.h"

namespace headroom::control {

int wanted_unbounded(const scale::ServiceDecision& decision) {
  int wanted = 0;
  for (const scale::Reason& reason : decision.reasons) {
    if (!reason.decisive) continue;
    if (scale::entry(reason.rule).from_above) break;
    wanted = reason.replicas;
  }
  return std::max(wanted, decision.replicas);
}

void Status::Entry::look(const scale::ServiceSeen& now) {
  std::vector<scale::ReplicaSeen> before = std::move(seen.replicas);
  seen = now;
  if (!scale::replicas_known(&seen)) seen.replicas = std::move(before);
}

void Status::Entry::decided(const scale::ServiceDecision& decision, WallTime now) {
  if (decision.replicas != wanted) {
    last_change = decision.summary;
    last_change_at = now;
  }
  wanted = decision.replicas;
  unbounded = wanted_unbounded(decision);
  summary = decision.summary;
}

bool Status::Entry::cannot_help() const {
  return capacity.late_alone > service.objective.permitted_misses();
}

double Status::Entry::capacity_per_second() const {
  const bool learned =
      capacity.basis == scale::Basis::learned || capacity.basis == scale::Basis::held;
  return learned && capacity.latency_s > 0 ? capacity.per_second() : 0;
}

void Status::update(const Tick& tick) {
  const std::lock_guard lock(mutex_);
  const scale::Observations& seen = tick.seen;
  if (ticks_++ == 0) {
    started_ = seen.now;
    if (reload_.at == WallTime{}) reload_.at = seen.now.wall;  // read at the start
  }
  now_ = seen.now;
  dt_s_ = seconds(seen.dt);
  machine_cpu_ = seen.machine_cpu;
  mode_ = tick.config.mode;
  counted_.add(tick.config.services, tick.collected);
  std::map<std::string, Entry> next;
  for (const spec::Service& service : tick.config.services) {
    Entry entry = services_.contains(service.name) ? services_[service.name] : Entry{};
    entry.service = service;
    for (const scale::ServiceSeen& s : seen.services)
      if (s.service == service.name) entry.look(s);
    if (const auto found = tick.standings.find(service.name); found != tick.standings.end())
      entry.standing = found->second;
    const auto learned = tick.model.services.find(service.name);
    if (learned != tick.model.services.end()) {
      entry.capacity = learned->second.capacity;
      entry.startup_s = learned->second.startup_s;
    }
    for (const scale::ServiceDecision& decision : tick.decisions)
      if (decision.service == service.name) entry.decided(decision, seen.now.wall);
    next[service.name] = std::move(entry);
  }
  services_ = std::move(next);
}

void Status::drop_ticks(std::uint64_t count) {
  const std::lock_guard lock(mutex_);
  ticks_dropped_ += count;
}

void Status::set_journal(bool healthy, std::string problem, std::uint64_t lost) {
  const std::lock_guard lock(mutex_);
  journal_ = {healthy, std::move(problem), lost};
}

void Status::set_reload(const Result<>& outcome, WallTime at) {
  const std::lock_guard lock(mutex_);
  reload_ = {outcome.has_value(), at, outcome ? std::string() : outcome.error().message};
}

bool Status::set_connections_limit(std::int64_t limit) {
  const std::lock_guard lock(mutex_);
  return std::exchange(connections_limit_, limit) != limit;
}

gateway::AdminAnswer Status::answer(std::string_view path, bool leaving) const {
  if (path == "/healthz") return {.body = "ok\n"};
  if (path == "/readyz") {
    const bool serves = ready() && !leaving;
    return {.status = serves ? 200 : 503, .body = serves ? "ready\n" : "not ready\n"};
  }
  if (path == "/metrics") return {.content_type = "text/plain; version=0.0.4", .body = metrics()};
  if (path == "/services") return {.content_type = "application/json", .body = services_json()};
  return {.status = 404, .body = "there are /healthz, /readyz, /metrics and /services\n"};
}

bool Status::ready() const {
  const std::lock_guard lock(mutex_);
  for (const auto& [service, entry] : services_)
    if (entry.service.replicas.min > 0 && count(entry.seen, scale::Phase::ready) == 0) return false;
  return !services_.empty();
}

}  // namespace headroom::control
