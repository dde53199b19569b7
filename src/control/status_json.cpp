// GET /services.
#include <algorithm>

#include <nlohmann/json.hpp>

#include "control/status.h"
#include "core/date.h"
#include "core/version.h"
#include "io/log_writer.h"
#include "scale/placement.h"
#include "scale/seen.h"

namespace headroom::control {
namespace {

using Json = nlohmann::ordered_json;

/// Empty for a time that never was.
std::string when(WallTime t) {
  return t == WallTime{} ? "" : format_date(t);
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

Json replicas_json(const scale::ServiceSeen& seen, const Standing& standing) {
  Json replicas = Json::array();
  for (const scale::ReplicaSeen& replica : seen.replicas) {
    const auto found = standing.replicas.find(replica.id);
    const ReplicaStanding known =
        found == standing.replicas.end() ? ReplicaStanding{} : found->second;
    replicas.push_back({{"id", replica.id},
                        {"phase", phase_name(replica.phase)},
                        {"version", known.version},
                        {"zone", replica.zone > 0 ? Json(replica.zone) : Json()},
                        {"healthy", known.healthy ? Json(*known.healthy) : Json()},
                        {"age_s", seconds(replica.age)},
                        {"startup_s", seconds(replica.startup)},
                        {"in_flight", replica.in_flight},
                        {"cpu_cores", replica.cpu_cores},
                        {"rss_bytes", replica.rss_bytes}});
  }
  return replicas;
}

/// Empty where there is one zone.
Json zones_json(const scale::ServiceSeen& seen, int wanted, int zones) {
  Json out = Json::array();
  if (zones <= 1) return out;
  const auto share = scale::spread(std::max(0, wanted), zones);
  const auto ready = scale::in_zones(seen, scale::Phase::ready, zones);
  const auto starting = scale::in_zones(seen, scale::Phase::starting, zones);
  for (std::size_t i = 0; i < share.size(); ++i)
    out.push_back({{"zone", i + 1},
                   {"wanted", wanted < 0 ? -1 : share[i]},
                   {"ready", ready[i]},
                   {"starting", starting[i]}});
  return out;
}

/// A count by reason, those that never came included.
template <class Reason, std::size_t size>
Json by_reason(const std::array<std::uint64_t, size>& counts) {
  Json reasons = Json::object();
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < size; ++i) {
    reasons[std::string(name(static_cast<Reason>(i)))] = counts[i];
    total += counts[i];
  }
  return {{"total", total}, {"by_reason", reasons}};
}

/// What became of the service's replicas and of its versions.
void add_standing(Json& out, const Standing& standing, WallTime now) {
  const supervisor::Tally& tally = standing.tally;
  out["exits"] = by_reason<supervisor::ExitReason>(tally.exits);
  out["failed_starts"] = by_reason<supervisor::StartFailure>(tally.failed_starts);
  out["failed_starts"]["in_a_row"] = tally.failed_in_a_row;
  out["rollout"] = {{"state", name(standing.rollout)},
                    {"version", standing.version},
                    {"since_s", seconds(now - standing.rollout_since)},
                    {"failed_starts", standing.rollout_failed_starts}};
  out["last_error"] = {{"text", tally.last_error}, {"at", when(tally.last_error_at)}};
}

Json counts_json(const scale::ServiceSeen& seen) {
  return {{"arrivals", seen.arrivals}, {"good", seen.good},     {"late", seen.late},
          {"shed", seen.shed},         {"failed", seen.failed}, {"gone", seen.gone}};
}

Json objective_json(const spec::Objective& objective) {
  return {{"quantile", objective.quantile},
          {"latency_ms", milliseconds(objective.latency)},
          {"availability", objective.availability},
          {"window_s", seconds(objective.window)}};
}

std::uint64_t log_lines_dropped() {
  return io::lines_dropped(io::Log::messages) + io::lines_dropped(io::Log::access);
}

}  // namespace

std::string Status::services_json() const {
  const std::lock_guard lock(mutex_);
  Json out = {
      {"version", version()},
      {"now", when(now_.wall)},
      {"uptime_s", seconds(now_.elapsed - started_.elapsed)},
      {"mode", mode_ == spec::Mode::act ? "act" : "shadow"},
      {"machine_cpu", machine_cpu_},
      {"connections",
       {{"open", counted_.gauges().connections_open}, {"limit", connections_limit_}}},
      {"journal",
       {{"healthy", journal_.healthy}, {"problem", journal_.problem}, {"lost", journal_.lost}}},
      {"reload", {{"ok", reload_.ok}, {"at", when(reload_.at)}, {"problem", reload_.problem}}},
      {"dropped", {{"log_lines", log_lines_dropped()}, {"ticks", ticks_dropped_}}},
      {"services", Json::array()}};
  for (const auto& [name, entry] : services_) {
    const scale::ServiceSeen& seen = entry.seen;
    const double share = scale::covered_share(seen) > 0 ? scale::covered_share(seen) : 1;
    const int wanted = entry.decides(mode_) ? entry.wanted : -1;
    const double demand = dt_s_ > 0 ? static_cast<double>(seen.arrivals) / (dt_s_ * share) : 0;
    Json service = {{"name", name},
                    {"demand_rps", demand},
                    {"in_flight", seen.concurrency},
                    {"waiting", seen.waiting},
                    {"replicas",
                     {{"wanted", wanted},
                      {"unbounded", entry.decides(mode_) ? entry.unbounded : -1},
                      {"min", entry.service.replicas.min},
                      {"max", entry.service.replicas.max},
                      {"ready", count(seen, scale::Phase::ready)},
                      {"starting", count(seen, scale::Phase::starting)},
                      {"draining", count(seen, scale::Phase::draining)},
                      {"zones", zones_json(seen, wanted, entry.service.replicas.zones)},
                      {"each", replicas_json(seen, entry.standing)}}},
                    {"latency_ms",
                     {{"p50", seen.latency_p50_s * 1e3},
                      {"p95", seen.latency_p95_s * 1e3},
                      {"p99", seen.latency_p99_s * 1e3}}},
                    {"objective", objective_json(entry.service.objective)},
                    {"permitted_misses", entry.service.objective.permitted_misses()},
                    {"counts", counts_json(seen)},
                    {"capacity_rps", entry.capacity_per_second()},
                    {"capacity_low_rps", entry.capacity.low_per_second},
                    {"capacity_high_rps", entry.capacity.high_per_second},
                    {"capacity_age_s", entry.capacity.age_s},
                    {"capacity_concurrency", entry.capacity.concurrency},
                    {"capacity_basis", basis_name(entry.capacity.basis)},
                    {"cannot_help", entry.cannot_help()},
                    {"startup_s", entry.startup_s},
                    {"last_decision", entry.summary},
                    {"last_change", entry.last_change},
                    {"last_change_at", when(entry.last_change_at)}};
    add_standing(service, entry.standing, now_.wall);
    out["services"].push_back(std::move(service));
  }
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace headroom::control
