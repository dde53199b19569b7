// The fields of everything the journal stores, each type listed once for both directions.
#include "control/journal/codec.h"

#include <fmt/format.h>

#include "control/journal/archive.h"
#include "scale/model.h"
#include "scale/state.h"

namespace headroom::spec {

using control::archive::Is;

static void fields(Is<Objective> auto& v, auto visit) {
  visit("quantile", v.quantile);
  visit("latency", v.latency);
  visit("availability", v.availability);
  visit("window", v.window);
}

static void fields(Is<Replicas> auto& v, auto visit) {
  visit("min", v.min);
  visit("max", v.max);
  visit("cost_per_hour", v.cost_per_hour);
  visit("concurrency", v.concurrency);
}

static void fields(Is<Scale> auto& v, auto visit) {
  visit("target_concurrency", v.target_concurrency);
  visit("in_delay", v.in_delay);
  visit("step", v.step);
  visit("uses", v.uses);
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
  visit("id", v.id);
  visit("phase", v.phase);
  visit("age", v.age);
  visit("startup", v.startup);
  visit("cpu", v.cpu_cores);
  visit("rss", v.rss_bytes);
  visit("in_flight", v.in_flight);
}

static void fields(Is<ByConcurrency> auto& v, auto visit) {
  visit("attempts", v.attempts);
  visit("late", v.late);
  visit("latency_s", v.latency_s);
}

static void fields(Is<ServiceSeen> auto& v, auto visit) {
  visit("service", v.service);
  visit("arrivals", v.arrivals);
  visit("good", v.good);
  visit("late", v.late);
  visit("shed", v.shed);
  visit("failed", v.failed);
  visit("gone", v.gone);
  visit("concurrency", v.concurrency);
  visit("waiting", v.waiting);
  visit("service_time_s", v.service_time_s);
  visit("p50_s", v.latency_p50_s);
  visit("p95_s", v.latency_p95_s);
  visit("p99_s", v.latency_p99_s);
  visit("by_concurrency", v.by_concurrency);
  visit("replicas", v.replicas);
  visit("completeness", v.completeness);
  visit("events", v.events);
}

static void fields(Is<Observations> auto& v, auto visit) {
  visit("wall", v.now.wall);
  visit("elapsed", v.now.elapsed);
  visit("dt", v.dt);
  visit("machine_cpu", v.machine_cpu);
  visit("services", v.services);
}

static void fields(Is<Reason> auto& v, auto visit) {
  visit("stage", v.stage);
  visit("rule", v.rule);
  visit("replicas", v.replicas);
  visit("text", v.text);
  visit("decisive", v.decisive);
}

static void fields(Is<Counterfactual> auto& v, auto visit) {
  visit("without", v.without);
  visit("replicas", v.replicas);
}

static void fields(Is<ServiceDecision> auto& v, auto visit) {
  visit("service", v.service);
  visit("replicas", v.replicas);
  visit("ready", v.ready);
  visit("starting", v.starting);
  visit("reasons", v.reasons);
  visit("counterfactuals", v.counterfactuals);
  visit("summary", v.summary);
}

static void fields(Is<ServicePolicy> auto& v, auto visit) {
  visit("service", v.service);
  visit("objective", v.objective);
  visit("replicas", v.replicas);
  visit("scale", v.scale);
}

static void fields(Is<Policy> auto& v, auto visit) {
  visit("services", v.services);
  visit("downstreams", v.downstreams);
  visit("budget_per_hour", v.budget_per_hour);
}

static void fields(Is<LevelEvidence> auto& v, auto visit) {
  visit("attempts", v.attempts);
  visit("late", v.late);
  visit("latency_s", v.latency_s);
}

static void fields(Is<Capacity> auto& v, auto visit) {
  visit("basis", v.basis);
  visit("concurrency", v.concurrency);
  visit("latency_s", v.latency_s);
  visit("proven", v.proven);
  visit("attempts", v.attempts);
}

static void fields(Is<Suspicion> auto& v, auto visit) {
  visit("attempts", v.attempts);
  visit("late", v.late);
  visit("lasts_s", v.lasts_s);
}

static void fields(Is<GrowthMoment> auto& v, auto visit) {
  visit("per_second", v.per_second);
  visit("age_s", v.age_s);
  visit("highest_per_second", v.highest_per_second);
  visit("slope", v.slope);
  visit("volatility", v.volatility);
  visit("level_per_second", v.level_per_second);
  visit("expected_per_second", v.expected_per_second);
}

static void fields(Is<Growth> auto& v, auto visit) {
  visit("pooled", v.pooled);
  visit("cells", v.cells);
  visit("pending", v.pending);
  visit("loss", v.loss);
  visit("estimator", v.estimator);
  visit("since_moment_s", v.since_moment_s);
  visit("since_decay_s", v.since_decay_s);
}

static void fields(Is<ServiceModel> auto& v, auto visit) {
  visit("levels", v.levels);
  visit("capacity", v.capacity);
  visit("suspicion", v.suspicion);
  visit("service_time_s", v.service_time_s);
  visit("startups_s", v.startups_s);
  visit("startup_s", v.startup_s);
  visit("lead_s", v.lead_s);
  visit("growth", v.growth);
}

static void fields(Is<Model> auto& v, auto visit) {
  visit("services", v.services);
}

static void fields(Is<DemandSample> auto& v, auto visit) {
  visit("seconds", v.seconds);
  visit("per_second", v.per_second);
}

static void fields(Is<OutcomeSample> auto& v, auto visit) {
  visit("seconds", v.seconds);
  visit("ended", v.ended);
  visit("missed", v.missed);
}

static void fields(Is<NeedSample> auto& v, auto visit) {
  visit("replicas", v.replicas);
  visit("age_s", v.age_s);
}

static void fields(Is<Situation> auto& v, auto visit) {
  visit("slope", v.slope);
  visit("volatility", v.volatility);
  visit("level_per_second", v.level_per_second);
}

static void fields(Is<ServiceState> auto& v, auto visit) {
  visit("demand", v.demand);
  visit("outcomes", v.outcomes);
  visit("needs", v.needs);
  visit("situation", v.situation);
  visit("roughness", v.roughness);
  visit("unseen_s", v.unseen_s);
  visit("replicas", v.replicas);
}

static void fields(Is<State> auto& v, auto visit) {
  visit("services", v.services);
}

}  // namespace headroom::scale

namespace headroom::control {

template <class T>
std::string encode(const T& value) {
  return archive::write(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

template <class T>
Result<T> decode(std::string_view text) {
  try {
    T value{};
    archive::read(nlohmann::json::parse(text), value);
    return value;
  } catch (const std::exception& problem) {
    return fail(ErrorCode::invalid, fmt::format("stored data is not readable: {}", problem.what()));
  }
}

template std::string encode(const scale::Observations&);
template std::string encode(const ServiceDecisions&);
template std::string encode(const scale::Policy&);
template std::string encode(const scale::Model&);
template std::string encode(const scale::State&);
template Result<scale::Observations> decode(std::string_view);
template Result<ServiceDecisions> decode(std::string_view);
template Result<scale::State> decode(std::string_view);
template Result<scale::Model> decode(std::string_view);
template Result<scale::Policy> decode(std::string_view);

}  // namespace headroom::control
