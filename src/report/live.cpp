// Reads /services and judges.
#include "report/live.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <tuple>

#include "core/text.h"
#include "report/layout.h"
#include "report/when.h"

namespace headroom::report {
namespace {

using nlohmann::json;

constexpr std::size_t text_bytes_max = 600;

const json& part(const json& in, const char* key) {
  static const json nothing = json::object();
  const auto found = in.find(key);
  return found != in.end() && found->is_object() ? *found : nothing;
}

/// The field, or what stands for unknown when it is absent or null.
template <class T>
T field(const json& in, const char* key, T unknown) {
  const auto found = in.find(key);
  return found == in.end() || found->is_null() ? unknown : found->get<T>();
}

std::string text(const json& in, const char* key) {
  return printable(field<std::string>(in, key, ""), text_bytes_max);
}

std::optional<double> age_of(const json& in, const char* key, WallTime now) {
  const auto at = parse_when(field<std::string>(in, key, ""), now);
  return at ? std::optional(std::max(0.0, seconds(now - at->first))) : std::nullopt;
}

Counts counts_of(const json& in) {
  return {.good = field<std::uint64_t>(in, "good", 0),
          .late = field<std::uint64_t>(in, "late", 0),
          .shed = field<std::uint64_t>(in, "shed", 0),
          .failed = field<std::uint64_t>(in, "failed", 0)};
}

std::optional<double> seconds_of(const json& in, const char* key) {
  const double s = field(in, key, -1.0);
  return s < 0 ? std::nullopt : std::optional(s);
}

Rollout rollout_of(const json& in) {
  return {.state = text(in, "state"),
          .version = text(in, "version"),
          .since_s = seconds_of(in, "since_s"),
          .failed_starts = field<std::int64_t>(in, "failed_starts", 0)};
}

void read_replicas(const json& in, const json& replicas, LiveService& service) {
  service.wanted = field<std::int64_t>(replicas, "wanted", -1);
  service.ready = field<std::int64_t>(replicas, "ready", 0);
  service.starting = field<std::int64_t>(replicas, "starting", 0);
  service.draining = field<std::int64_t>(replicas, "draining", 0);
  service.max = field<std::int64_t>(replicas, "max", 0);
  service.unbounded = field(replicas, "unbounded", static_cast<double>(service.wanted));
  const double each = field(in, "capacity_rps", 0.0);
  service.capacity = each > 0 ? each * static_cast<double>(service.ready) : std::nan("");
  service.rollout = rollout_of(part(in, "rollout"));
  service.failed_starts = field<std::int64_t>(part(in, "failed_starts"), "in_a_row", 0);
  service.cannot_help = field(in, "cannot_help", false);
}

void read_objective(const json& in, LiveService& service) {
  const json& objective = part(in, "objective");
  const json& latencies = part(in, "latency_ms");
  service.p50_s = field(latencies, "p50", 0.0) / 1e3;
  service.p95_s = field(latencies, "p95", 0.0) / 1e3;
  service.p99_s = field(latencies, "p99", 0.0) / 1e3;
  service.quantile = field(objective, "quantile", 0.0);
  service.objective_s = field(objective, "latency_ms", 0.0) / 1e3;
  const double beyond = service.objective_s > 0 ? 1 - service.quantile : 1;
  service.permitted_share = field(in, "permitted_misses", beyond);
  service.permitted_failed = 1 - field(objective, "availability", 0.0);
}

/// How many replicas have ended that headroom neither took away nor replaced: those that the alert
/// of a crash loop counts.
std::uint64_t ends_of(const json& in) {
  std::uint64_t sum = 0;
  for (const char* reason : {"exited", "error", "signal", "memory", "unknown", "hung"})
    sum += field<std::uint64_t>(part(part(in, "exits"), "by_reason"), reason, 0);
  return sum;
}

LiveService service_of(const json& in, WallTime now) {
  LiveService service;
  service.name = text(in, "name");
  service.demand = field(in, "demand_rps", 0.0);
  service.in_flight = field(in, "in_flight", 0.0);
  service.waiting = field<std::int64_t>(in, "waiting", 0);
  service.now = counts_of(part(in, "counts"));
  read_replicas(in, part(in, "replicas"), service);
  read_objective(in, service);
  const json& error = part(in, "last_error");
  service.last_error = {text(error, "text"), age_of(error, "at", now)};
  service.last_change = {text(in, "last_change"), age_of(in, "last_change_at", now)};
  if (service.last_change.text.empty()) service.last_change = {text(in, "last_decision"), {}};
  return service;
}

std::vector<std::string> problems_of(const json& in, WallTime now) {
  std::vector<std::string> problems;
  const json& journal = part(in, "journal");
  if (!field(journal, "healthy", true))
    problems.push_back("the journal cannot be written, so nothing is lowered: " +
                       text(journal, "problem"));
  const json& reload = part(in, "reload");
  if (!field(reload, "ok", true)) {
    const auto age = age_of(reload, "at", now);
    problems.push_back(fmt::format("the changed file is not in force{}: {}",
                                   age ? " (" + ago(*age) + ")" : "", text(reload, "problem")));
  }
  return problems;
}

/// A share of few requests says little: one that failed is no breach of an availability.
bool fails_too_much(const LiveService& service) {
  constexpr std::uint64_t by_chance = 1;
  const std::uint64_t count = service.lately.failed;
  return count > by_chance &&
         static_cast<double>(count) >
             service.permitted_failed * static_cast<double>(service.lately.all());
}

State judge(const LiveService& service) {
  const bool to_zero = service.wanted == 0 && service.starting == 0;
  if (service.ready == 0 && !to_zero)
    return service.starting > 0 && service.failed_starts == 0 ? State::starting : State::down;
  if (service.misses_too_much() || fails_too_much(service)) return State::missed;
  if (service.failed_starts > 0 || service.rollout.state == "given_up" || service.ends > 0 ||
      service.failed_before)
    return State::failing;
  if (service.max > 0 && service.unbounded > static_cast<double>(service.max)) return State::at_max;
  return service.lately.all() > 0 ? State::ok : State::idle;
}

double missed_share(const LiveService& service) {
  return static_cast<double>(service.lately.missed()) /
         static_cast<double>(std::max<std::uint64_t>(service.lately.all(), 1));
}

}  // namespace

std::string_view name(State state) {
  constexpr std::array<std::string_view, 7> names = {"DOWN",   "MISSED", "FAILING", "STARTING",
                                                     "AT MAX", "ok",     "idle"};
  return names[static_cast<std::size_t>(state)];
}

/// A tick that is shown twice counts once.
Counts Live::lately(const std::string& service, WallTime now, const Counts& counts) {
  std::deque<Tick>& ticks = ticks_[service];
  if (ticks.empty() || ticks.back().at != now) ticks.push_back({now, counts});
  std::erase_if(ticks,
                [now](const Tick& tick) { return tick.at > now || now - tick.at >= judged_over; });
  Counts sum;
  for (const Tick& tick : ticks) sum += tick.counts;
  return sum;
}

void Live::add_dropped(LiveView& view, std::uint64_t log_lines, std::uint64_t ticks, WallTime now) {
  if (const auto lately = log_lines_dropped_.look(now, log_lines); lately > 0)
    view.problems.push_back(counted(lately, "line") + " of logs dropped lately");
  if (const auto lately = ticks_dropped_.look(now, ticks); lately > 0)
    view.problems.push_back(fmt::format(
        "in {} s lately nothing was decided: the machine is too busy", grouped(lately)));
}

void Live::see_ends(LiveService& service, WallTime now, std::uint64_t ends) {
  Rise& rise = ends_[service.name];
  service.ends = rise.look(now, ends);
  const auto& age_s = service.last_error.age_s;
  service.failed_before =
      age_s && *age_s < seconds(Rise::span) && *age_s >= seconds(now - rise.known_since());
}

Result<LiveView> Live::look(std::string_view services_json) {
  try {
    const json in = json::parse(services_json);
    LiveView view{.mode = text(in, "mode"),
                  .now = text(in, "now"),
                  .version = text(in, "version"),
                  .uptime_s = field(in, "uptime_s", 0.0),
                  .machine_cpu = field(in, "machine_cpu", -1.0),
                  .problems = {},
                  .services = {}};
    const WallTime now = parse_when(view.now, WallTime{}).value_or(When{}).first;
    view.problems = problems_of(in, now);
    const json& dropped = part(in, "dropped");
    add_dropped(view, field<std::uint64_t>(dropped, "log_lines", 0),
                field<std::uint64_t>(dropped, "ticks", 0), now);
    for (const json& one : in.at("services")) {
      LiveService service = service_of(one, now);
      service.lately = lately(service.name, now, service.now);
      see_ends(service, now, ends_of(one));
      service.state = judge(service);
      view.services.push_back(std::move(service));
    }
    std::ranges::stable_sort(view.services, {}, [](const LiveService& service) {
      return std::tuple(service.state, -missed_share(service));
    });
    return view;
  } catch (const json::exception& problem) {
    return fail(ErrorCode::invalid, fmt::format("the answer is not that of headroom's admin: {}",
                                                printable(problem.what(), 200)));
  }
}

}  // namespace headroom::report
