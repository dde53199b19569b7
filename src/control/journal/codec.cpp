// The fields of everything the journal stores, each type listed once for both directions.
#include "control/journal/codec.h"

#include <fmt/format.h>

#include "control/journal/archive.h"

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
template std::string encode(const Decisions&);
template Result<scale::Observations> decode(std::string_view);
template Result<Decisions> decode(std::string_view);

}  // namespace headroom::control
