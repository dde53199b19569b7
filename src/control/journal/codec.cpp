// The fields of what was seen and decided, and of the policy, each type listed once for both
// directions; of model and state: codec_model.cpp. They are taken by structured bindings in the
// order of declaration: a type that gains a field does not compile until the field is listed here.
#include "control/journal/codec.h"

#include "control/journal/archive.h"

namespace headroom::spec {

using control::archive::Is;

static void fields(Is<Objective> auto& v, auto visit) {
  auto& [quantile, latency, availability, window] = v;
  visit("quantile", quantile);
  visit("latency", latency);
  visit("availability", availability);
  visit("window", window);
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
  auto& [id, phase, age, startup, cpu_cores, rss_bytes, in_flight] = v;
  visit("id", id);
  visit("phase", phase);
  visit("age", age);
  visit("startup", startup);
  visit("cpu", cpu_cores);
  visit("rss", rss_bytes);
  visit("in_flight", in_flight);
}

static void fields(Is<ByConcurrency> auto& v, auto visit) {
  auto& [attempts, late, latency_s] = v;
  visit("attempts", attempts);
  visit("late", late);
  visit("latency_s", latency_s);
}

static void fields(Is<ServiceSeen> auto& v, auto visit) {
  auto& [service, arrivals, good, late, shed, failed, gone, reasons, concurrency, waiting,
         service_time_s, latency_p50_s, latency_p95_s, latency_p99_s, by_concurrency, replicas,
         rolling_out, completeness, events] = v;
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
  visit("replicas", replicas);
  visit("rolling_out", rolling_out);
  visit("completeness", completeness);
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

static void fields(Is<Reason> auto& v, auto visit) {
  auto& [stage, rule, replicas, text, decisive] = v;
  visit("stage", stage);
  visit("rule", rule);
  visit("replicas", replicas);
  visit("text", text);
  visit("decisive", decisive);
}

static void fields(Is<Counterfactual> auto& v, auto visit) {
  auto& [without, replicas] = v;
  visit("without", without);
  visit("replicas", replicas);
}

static void fields(Is<ServiceDecision> auto& v, auto visit) {
  auto& [service, replicas, ready, starting, reasons, counterfactuals, summary] = v;
  visit("service", service);
  visit("replicas", replicas);
  visit("ready", ready);
  visit("starting", starting);
  visit("reasons", reasons);
  visit("counterfactuals", counterfactuals);
  visit("summary", summary);
}

static void fields(Is<ServicePolicy> auto& v, auto visit) {
  auto& [service, objective, replicas, scale, queue_wait] = v;
  visit("service", service);
  visit("objective", objective);
  visit("replicas", replicas);
  visit("scale", scale);
  visit("queue_wait", queue_wait);
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

template std::string encode(const scale::Observations&);
template std::string encode(const ServiceDecisions&);
template std::string encode(const scale::Policy&);
template Result<scale::Observations> decode(std::string_view);
template Result<ServiceDecisions> decode(std::string_view);
template Result<scale::Policy> decode(std::string_view);

}  // namespace headroom::control
