// Summing routes into services.
#include "control/feed.h"

namespace headroom::control {

using gateway::Outcome;

scale::ServiceSeen service_seen(const spec::Service& service, const gateway::Collected& collected,
                                ReplicasSeen replicas, Duration dt) {
  scale::ServiceSeen seen;
  seen.service = service.name;
  seen.completeness = collected.completeness;
  seen.replicas = std::move(replicas.replicas);
  seen.events = std::move(replicas.events);
  seen.rolling_out = replicas.rolling_out;

  Histogram latency;
  for (const spec::Route& route : service.routes) {
    const auto found = collected.stats.routes.find(route.name);
    if (found == collected.stats.routes.end()) continue;
    const gateway::RouteStats& stats = found->second;
    seen.arrivals += stats.arrivals;
    seen.good += stats.of(Outcome::good);
    seen.late += stats.of(Outcome::late);
    seen.shed += stats.of(Outcome::shed);
    seen.failed += stats.of(Outcome::failed);
    seen.gone += stats.of(Outcome::gone);
    for (const auto& [reason, count] : stats.reasons) seen.reasons[std::string(reason)] += count;
    latency.merge(stats.latency);
  }
  seen.latency_p50_s = seconds(latency.quantile(0.50));
  seen.latency_p95_s = seconds(latency.quantile(0.95));
  seen.latency_p99_s = seconds(latency.quantile(0.99));

  const auto found = collected.stats.services.find(service.name);
  if (found == collected.stats.services.end()) return seen;
  const gateway::ServiceStats& stats = found->second;
  if (dt > Duration{}) seen.concurrency = stats.in_flight_seconds / seconds(dt);
  seen.waiting = stats.waiting;
  if (stats.attempts_ended > 0)
    seen.service_time_s = stats.attempt_seconds / static_cast<double>(stats.attempts_ended);
  seen.by_concurrency = stats.by_concurrency;
  return seen;
}

}  // namespace headroom::control
