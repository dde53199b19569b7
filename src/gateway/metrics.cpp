// Counts by service, route and reason.
#include "gateway/metrics.h"

#include <fmt/format.h>

#include <cmath>

#include "gateway/reasons.h"

namespace headroom::gateway {
namespace {

using Counts = std::map<std::string_view, std::uint64_t>;

template <class Map>
const typename Map::mapped_type& found(const Map& in, const std::string& name) {
  static const typename Map::mapped_type nothing{};
  const auto at = in.find(name);
  return at == in.end() ? nothing : at->second;
}

/// Those that were counted, and zero for all others that there are.
Counts with_all(std::span<const std::string_view> reasons, Counts counted) {
  for (const std::string_view reason : reasons) counted.try_emplace(reason, 0);
  return counted;
}

double number(std::uint64_t count) {
  return static_cast<double>(count);
}

/// 1 less 0.99 as people write it.
double rounded(double share) {
  return std::round(share * 1e9) / 1e9;
}

}  // namespace

void Metrics::add(const std::vector<spec::Service>& services, const Collected& collected) {
  services_ = services;
  for (const spec::Service& service : services_)
    for (const spec::Route& route : service.routes) {
      const RouteStats& so_far = totals_.routes[route.name];
      within_[route.name].judge_by(route.objective.latency, so_far.latency,
                                   so_far.of(Outcome::good));
    }
  totals_.merge(collected.stats);
  gauges_ = collected.gauges;
}

void Metrics::expose(Exposition& into) const {
  for (const spec::Service& service : services_) {
    for (const spec::Route& route : service.routes) expose_route(service, route, into);
    expose_service(service, into);
  }
  expose_connections(into);
}

void Metrics::expose_route(const spec::Service& service, const spec::Route& route,
                           Exposition& into) const {
  const RouteStats& stats = found(totals_.routes, route.name);
  const auto labels = [&](auto... more) {
    return Exposition::LabelValues{service.name, route.name, std::string(more)...};
  };
  for (std::size_t i = 0; i < outcome_count; ++i)
    into.add(Metric::requests, labels(name(static_cast<Outcome>(i))), number(stats.outcomes[i]));
  Counts missed = stats.reasons;
  missed[reason_late] = stats.of(Outcome::late);
  for (const auto& [reason, count] : with_all(missed_reasons(), std::move(missed)))
    into.add(Metric::requests_missed, labels(reason), number(count));
  for (std::size_t i = 2; i < stats.answers.size(); ++i)
    into.add(Metric::responses, labels(fmt::format("{}xx", i)), number(stats.answers[i]));
  into.add(Metric::request_duration, labels(),
           latency_buckets(stats.latency, found(within_, route.name).of(stats.of(Outcome::good))));
  const spec::Objective& objective = route.objective;
  into.add(Metric::objective_latency, labels(), seconds(objective.latency));
  into.add(Metric::objective_permitted_misses, labels(), rounded(objective.permitted_misses()));
  into.add(Metric::objective_availability, labels(), objective.availability);
  into.add(Metric::objective_window, labels(), seconds(objective.window));
}

void Metrics::expose_service(const spec::Service& service, Exposition& into) const {
  const ServiceStats& stats = found(totals_.services, service.name);
  const Exposition::LabelValues labels{service.name};
  into.add(Metric::requests_waiting, labels,
           static_cast<double>(gauges_.waiting_for(service.name)));
  into.add(Metric::queue_wait, labels, latency_buckets(stats.queue_wait));
  into.add(Metric::attempts, labels, number(stats.attempts));
  into.add(Metric::retries, labels, number(stats.retries));
  into.add(Metric::upstream_connects, labels, number(stats.connects));
  into.add(Metric::ejections, labels, number(stats.ejections));
}

void Metrics::expose_connections(Exposition& into) const {
  for (const auto& [reason, count] : with_all(refused_reasons(), totals_.refused))
    into.add(Metric::requests_refused, {std::string(reason)}, number(count));
  into.add(Metric::connections_open, {}, static_cast<double>(gauges_.connections_open));
  into.add(Metric::connections_accepted, {}, number(totals_.connections_accepted));
  into.add(Metric::connections_refused, {}, number(totals_.connections_refused));
  into.add(Metric::request_buffers, {}, static_cast<double>(gauges_.request_buffers));
}

}  // namespace headroom::gateway
