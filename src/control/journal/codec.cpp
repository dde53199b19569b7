// The fields of what was seen and decided, and of the policy, each type listed once for both
// directions; of model and state: codec_model.cpp. They are taken by structured bindings in the
// order of declaration: a type that gains a field does not compile until the field is listed here.
#include "control/journal/codec.h"

#include <type_traits>

#include "control/journal/archive.h"
#include "control/journal/changes.h"

namespace headroom::spec {

using control::archive::Is;

static void fields(Is<Objective> auto& v, auto visit) {
  auto& [quantile, latency, availability, window, misses] = v;
  visit("quantile", quantile);
  visit("latency", latency);
  visit("availability", availability);
  visit("window", window);
  visit("misses", misses);
}

static void fields(Is<Replicas> auto& v, auto visit) {
  auto& [min, max, cost_per_hour, concurrency, zones] = v;
  visit("min", min);
  visit("max", max);
  visit("cost_per_hour", cost_per_hour);
  visit("concurrency", concurrency);
  visit("zones", zones);
}

static control::archive::Words<Priority> words_of(Priority) {
  return {.of = "a priority", .last = Priority::sheddable};
}

/// Stored as written.
static nlohmann::json to_json_value(const Cron& cron) {
  return cron.text;
}

static void from_json_value(const nlohmann::json& in, Cron& cron) {
  const auto& text = in.get_ref<const std::string&>();
  cron = {};
  if (text.empty()) return;
  auto parsed = parse_cron(text);
  if (!parsed) throw std::runtime_error(parsed.error().message);
  cron = *std::move(parsed);
}

/// By its name: what clocks do there is up to the machine that reads it.
static nlohmann::json to_json_value(const Zone& zone) {
  return zone.name();
}

static void from_json_value(const nlohmann::json& in, Zone& zone) {
  const auto found = find_zone(in.get_ref<const std::string&>());
  if (!found) throw std::runtime_error("time zone: " + found.error().message);
  zone = *found;
}

static void fields(Is<Event> auto& v, auto visit) {
  auto& [cron, zone, length, at_least] = v;
  visit("cron", cron);
  visit("zone", zone);
  visit("for", length);
  visit("at_least", at_least);
}

static void fields(Is<Pid> auto& v, auto visit) {
  auto& [cpu, reset] = v;
  visit("cpu", cpu);
  visit("reset", reset);
}

static void fields(Is<Scale> auto& v, auto visit) {
  auto& [target_concurrency, in_delay, step, drain_within, priority, uses, calendar, pid] = v;
  visit("target_concurrency", target_concurrency);
  visit("in_delay", in_delay);
  visit("step", step);
  visit("drain_within", drain_within);
  visit("priority", priority);
  visit("uses", uses);
  visit("calendar", calendar);
  visit("pid", pid);
}

}  // namespace headroom::spec

namespace headroom::scale {

using control::archive::Is;
using nlohmann::json;

constexpr std::array phase_names{"starting", "ready", "draining"};

static json to_json_value(const Phase& phase) {
  return phase_names.at(static_cast<std::size_t>(phase));
}

static void from_json_value(const json& in, Phase& phase) {
  const auto found = std::ranges::find(phase_names, in.get<std::string>());
  if (found == phase_names.end()) throw std::runtime_error("not a phase of a replica");
  phase = static_cast<Phase>(found - phase_names.begin());
}

static void fields(Is<ReplicaSeen> auto& v, auto visit) {
  auto& [id, version, phase, age, startup, cpu_cores, rss_bytes, in_flight, zone] = v;
  visit("id", id);
  visit("version", version);
  visit("phase", phase);
  visit("age", age);
  visit("startup", startup);
  visit("cpu", cpu_cores);
  visit("rss", rss_bytes);
  visit("in_flight", in_flight);
  visit("zone", zone);
}

static void fields(Is<ByConcurrency> auto& v, auto visit) {
  auto& [attempts, late, latency_s] = v;
  visit("attempts", attempts);
  visit("late", late);
  visit("latency_s", latency_s);
}

static void fields(Is<VersionAttempts> auto& v, auto visit) {
  auto& [version, by_concurrency] = v;
  visit("version", version);
  visit("by_concurrency", by_concurrency);
}

static void fields(Is<ServiceSeen> auto& v, auto visit) {
  auto& [service, arrivals, good, late, shed, failed, gone, reasons, concurrency, waiting,
         service_time_s, latency_p50_s, latency_p95_s, latency_p99_s, by_concurrency, by_version,
         replicas, rolling_out, completeness, covered, events] = v;
  visit("service", service);
  visit("arrivals", arrivals);
  visit("good", good);
  visit("late", late);
  visit("shed", shed);
  visit("failed", failed);
  visit("gone", gone);
  visit("reasons", reasons);
  visit("concurrency", concurrency);
  visit("waiting", waiting);
  visit("service_time_s", service_time_s);
  visit("p50_s", latency_p50_s);
  visit("p95_s", latency_p95_s);
  visit("p99_s", latency_p99_s);
  visit("by_concurrency", by_concurrency);
  visit("by_version", by_version);
  visit("replicas", replicas);
  visit("rolling_out", rolling_out);
  visit("completeness", completeness);
  visit("covered", covered);
  visit("events", events);
}

static void fields(Is<Observations> auto& v, auto visit) {
  auto& [now, dt, machine_cpu, services] = v;
  visit("wall", now.wall);
  visit("elapsed", now.elapsed);
  visit("dt", dt);
  visit("machine_cpu", machine_cpu);
  visit("services", services);
}

/// Rules are stored by stage and name. What this version does not know is kept as it is.
static void fields(Is<Reason> auto& v, auto visit) {
  std::string stage(v.stage());
  std::string name(v.name());
  visit("stage", stage);
  visit("rule", name);
  visit("replicas", v.replicas);
  visit("text", v.text);
  visit("decisive", v.decisive);
  if constexpr (!std::is_const_v<std::remove_reference_t<decltype(v)>>) {
    v.rule = rule_named(stage, name).value_or(Rule::other);
    if (v.rule == Rule::other && !stage.empty()) name = stage + "/" + name;
    v.of = entry(v.rule).name.empty() ? std::move(name) : std::string();
  }
}

static void fields(Is<Counterfactual> auto& v, auto visit) {
  std::string without(v.name());
  visit("without", without);
  visit("replicas", v.replicas);
  if constexpr (!std::is_const_v<std::remove_reference_t<decltype(v)>>) {
    v.without = rule_named({}, without).value_or(without.empty() ? Rule::other : Rule::downstream);
    v.of = entry(v.without).name.empty() ? std::move(without) : std::string();
  }
}

static void fields(Is<ServiceDecision> auto& v, auto visit) {
  auto& [service, replicas, ready, starting, reasons, counterfactuals, summary, zones] = v;
  visit("service", service);
  visit("replicas", replicas);
  visit("ready", ready);
  visit("starting", starting);
  visit("reasons", reasons);
  visit("counterfactuals", counterfactuals);
  visit("summary", summary);
  visit("zones", zones);
}

static void fields(Is<ServicePolicy> auto& v, auto visit) {
  auto& [service, objective, replicas, scale, queue_wait, judged_by] = v;
  visit("service", service);
  visit("objective", objective);
  visit("replicas", replicas);
  visit("scale", scale);
  visit("queue_wait", queue_wait);
  visit("judged_by", judged_by);
}

static void fields(Is<Policy> auto& v, auto visit) {
  auto& [services, downstreams, budget_per_hour, shadow] = v;
  visit("services", services);
  visit("downstreams", downstreams);
  visit("budget_per_hour", budget_per_hour);
  visit("shadow", shadow);
}

}  // namespace headroom::scale

namespace headroom::control {

std::string encode_changes(const scale::ServiceSeen& now, const scale::ServiceSeen& before) {
  std::string out;
  if (!archive::same(now, before)) archive::write_changes(now, before, out);
  return out;
}

Result<> decode_changes(std::string_view text, scale::ServiceSeen& seen) {
  try {
    archive::read_changes(nlohmann::json::parse(text), seen);
    return {};
  } catch (const std::exception& problem) {
    return fail(ErrorCode::invalid, fmt::format("stored data is not readable: {}", problem.what()));
  }
}

std::uint64_t digest_of(const ServiceDecisions& decisions) {
  archive::Digest digest;
  digest.add(decisions);
  return digest.value();
}

template std::string encode(const scale::Observations&);
template std::string encode(const scale::ServiceDecision&);
template Result<scale::ServiceDecision> decode(std::string_view);
template std::string encode(const ServiceDecisions&);
template std::string encode(const scale::Policy&);
template Result<scale::Observations> decode(std::string_view);
template Result<ServiceDecisions> decode(std::string_view);
template Result<scale::Policy> decode(std::string_view);

}  // namespace headroom::control
