// Status as JSON and as metrics.
#include "control/status.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "scale/seen.h"

namespace headroom::control {
namespace {

using Json = nlohmann::ordered_json;

std::string rfc3339(WallTime t) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(static_cast<std::time_t>(unix_ns(t) / 1'000'000'000)));
}

std::string_view phase_name(scale::Phase phase) {
  return phase == scale::Phase::starting ? "starting"
         : phase == scale::Phase::ready  ? "ready"
                                         : "draining";
}

std::string_view basis_name(scale::Basis basis) {
  return basis == scale::Basis::prior     ? "prior"
         : basis == scale::Basis::stated  ? "stated"
         : basis == scale::Basis::learned ? "learned"
                                          : "held";
}

Json replica_json(const scale::ReplicaSeen& replica) {
  return {{"id", replica.id},
          {"phase", phase_name(replica.phase)},
          {"age_s", seconds(replica.age)},
          {"startup_s", seconds(replica.startup)},
          {"in_flight", replica.in_flight},
          {"cpu_cores", replica.cpu_cores},
          {"rss_bytes", replica.rss_bytes}};
}

}  // namespace

void Status::Entry::look(const scale::ServiceSeen& now) {
  std::vector<scale::ReplicaSeen> before = std::move(seen.replicas);
  seen = now;
  if (!scale::replicas_known(&seen)) seen.replicas = std::move(before);
}

void Status::update(const spec::Config& config, const scale::Observations& seen,
                    const scale::Model& model, const std::vector<scale::ServiceDecision>& decisions,
                    const gateway::WorkerStats& counted) {
  const std::lock_guard lock(mutex_);
  if (started_ == Now{}) started_ = seen.now;
  now_ = seen.now;
  dt_s_ = seconds(seen.dt);
  machine_cpu_ = seen.machine_cpu;
  mode_ = config.mode;
  totals_.merge(counted);
  totals_.connections_open = counted.connections_open;
  totals_.request_buffers = counted.request_buffers;
  std::map<std::string, Entry> next;
  for (const spec::Service& service : config.services) {
    Entry entry = services_.contains(service.name) ? services_[service.name] : Entry{};
    entry.objective = service.objective;
    entry.replicas_min = service.replicas.min;
    for (const scale::ServiceSeen& s : seen.services)
      if (s.service == service.name) entry.look(s);
    const auto learned = model.services.find(service.name);
    if (learned != model.services.end()) {
      entry.capacity = learned->second.capacity;
      entry.startup_s = learned->second.startup_s;
    }
    for (const scale::ServiceDecision& decision : decisions) {
      if (decision.service != service.name) continue;
      if (decision.replicas != entry.wanted) {
        entry.last_change = decision.summary;
        entry.last_change_at = rfc3339(seen.now.wall);
      }
      entry.wanted = decision.replicas;
      entry.summary = decision.summary;
    }
    next[service.name] = std::move(entry);
  }
  services_ = std::move(next);
}

void Status::set_journal(bool healthy, std::string problem) {
  const std::lock_guard lock(mutex_);
  journal_healthy_ = healthy;
  journal_problem_ = std::move(problem);
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

std::string Status::services_json() const {
  const std::lock_guard lock(mutex_);
  Json out = {{"now", rfc3339(now_.wall)},
              {"uptime_s", seconds(now_.elapsed - started_.elapsed)},
              {"mode", mode_ == spec::Mode::act ? "act" : "shadow"},
              {"machine_cpu", machine_cpu_},
              {"connections", {{"open", totals_.connections_open}, {"limit", connections_limit_}}},
              {"journal", {{"healthy", journal_healthy_}, {"problem", journal_problem_}}},
              {"services", Json::array()}};
  for (const auto& [name, entry] : services_) {
    const scale::ServiceSeen& seen = entry.seen;
    Json replicas = Json::array();
    for (const scale::ReplicaSeen& replica : seen.replicas)
      replicas.push_back(replica_json(replica));
    out["services"].push_back(
        {{"name", name},
         {"demand_rps", dt_s_ > 0 ? static_cast<double>(seen.arrivals) / dt_s_ : 0.0},
         {"in_flight", seen.concurrency},
         {"waiting", seen.waiting},
         {"replicas",
          {{"wanted", entry.wanted},
           {"ready", count(seen, scale::Phase::ready)},
           {"starting", count(seen, scale::Phase::starting)},
           {"draining", count(seen, scale::Phase::draining)},
           {"each", replicas}}},
         {"latency_ms",
          {{"p50", seen.latency_p50_s * 1e3},
           {"p95", seen.latency_p95_s * 1e3},
           {"p99", seen.latency_p99_s * 1e3}}},
         {"objective",
          {{"quantile", entry.objective.quantile},
           {"latency_ms", milliseconds(entry.objective.latency)}}},
         {"counts",
          {{"arrivals", seen.arrivals},
           {"good", seen.good},
           {"late", seen.late},
           {"shed", seen.shed},
           {"failed", seen.failed},
           {"gone", seen.gone}}},
         {"capacity_rps", entry.capacity.per_second()},
         {"capacity_concurrency", entry.capacity.concurrency},
         {"capacity_basis", basis_name(entry.capacity.basis)},
         {"startup_s", entry.startup_s},
         {"last_decision", entry.summary},
         {"last_change", entry.last_change},
         {"last_change_at", entry.last_change_at}});
  }
  return out.dump(2) + "\n";
}

std::string Status::metrics() const {
  const std::lock_guard lock(mutex_);
  std::vector<gateway::Gauge> gauges;
  gauges.push_back({"request_buffers",
                    "Sets of buffers for requests under way, spare ones included.", "",
                    static_cast<double>(totals_.request_buffers)});
  gauges.push_back({"connections_open", "Client connections.", "",
                    static_cast<double>(totals_.connections_open)});
  gauges.push_back({"connections_limit",
                    "Client connections there may be: connections_max, or what the limit of open "
                    "files carries.",
                    "", static_cast<double>(connections_limit_)});
  gauges.push_back(
      {"journal_healthy", "1 while decisions can be recorded.", "", journal_healthy_ ? 1.0 : 0.0});
  const auto each = [&](const char* name, const char* help, auto value) {
    for (const auto& [service, entry] : services_)
      gauges.push_back({name, help, service, static_cast<double>(value(entry))});
  };
  each("replicas_wanted", "Last decision.", [](const Entry& e) { return e.wanted; });
  each("replicas_ready", "Replicas that take requests.",
       [](const Entry& e) { return count(e.seen, scale::Phase::ready); });
  each("replicas_starting", "Replicas that are not ready yet.",
       [](const Entry& e) { return count(e.seen, scale::Phase::starting); });
  each("replicas_draining", "Replicas that finish their last requests.",
       [](const Entry& e) { return count(e.seen, scale::Phase::draining); });
  each("waiting", "Requests waiting for a replica.", [](const Entry& e) { return e.seen.waiting; });
  each("replica_capacity", "Requests per second that one replica carries within the objective.",
       [](const Entry& e) { return e.capacity.per_second(); });
  return gateway::metrics_text(totals_, gauges);
}

bool Status::ready() const {
  const std::lock_guard lock(mutex_);
  for (const auto& [service, entry] : services_)
    if (entry.replicas_min > 0 && count(entry.seen, scale::Phase::ready) == 0) return false;
  return !services_.empty();
}

}  // namespace headroom::control
