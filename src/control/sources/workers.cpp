// Reports of workers as samples of one service.
#include "control/sources/workers.h"

#include "scale/decision.h"

namespace headroom::control {
namespace {

using gateway::Outcome;

void add_route(const gateway::RouteStats& route, evidence::Sample& sample) {
  sample.arrivals += route.arrivals;
  sample.good += route.of(Outcome::good);
  sample.late += route.of(Outcome::late);
  sample.shed += route.of(Outcome::shed);
  sample.failed += route.of(Outcome::failed);
  sample.gone += route.of(Outcome::gone);
  for (const auto& [reason, count] : route.reasons) sample.reasons[std::string(reason)] += count;
  if (route.latency.count() > 0) sample.latencies.push_back(&route.latency);
}

void add_attempts(const gateway::ServiceStats& service, const std::vector<Duration>& judged_by,
                  evidence::Sample& sample) {
  sample.in_flight_s = service.in_flight_seconds;
  sample.attempts = service.attempts_ended;
  sample.attempts_s = service.attempt_seconds;
  // At a reload some may still be judged by what it replaces.
  if (service.judged_by != judged_by) return;
  sample.by_concurrency = service.by_concurrency;
  sample.by_version = &service.by_version;
}

}  // namespace

std::vector<evidence::Sample> samples_of(const spec::Service& service,
                                         const gateway::Collected& collected) {
  std::vector<evidence::Sample> samples;
  samples.reserve(collected.reports.size());
  const std::vector<Duration> judged_by = scale::judged_latencies(service);
  for (const gateway::WorkerReport& report : collected.reports) {
    evidence::Sample& sample = samples.emplace_back();
    sample.source = report.worker;
    sample.of = report.of;
    for (const spec::Route& route : service.routes)
      if (const auto found = report.counted.routes.find(route.name);
          found != report.counted.routes.end())
        add_route(found->second, sample);
    if (const auto found = report.counted.services.find(service.name);
        found != report.counted.services.end())
      add_attempts(found->second, judged_by, sample);
  }
  return samples;
}

}  // namespace headroom::control
