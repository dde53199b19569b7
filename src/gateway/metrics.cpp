// Metrics for Prometheus.
#include "gateway/metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <cmath>
#include <limits>

#include "io/log_writer.h"

namespace headroom::gateway {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

constexpr double first_bound_s = 0.001;
constexpr double last_bound_s = 60.0;
constexpr double bounds_per_octave = 4.0;

MetricFamily family(std::string name, std::string help, MetricType type) {
  return {"headroom_" + std::move(name), std::move(help), type, {}};
}

void add_counter(MetricFamily& into, Labels labels, std::uint64_t value) {
  ClientMetric metric;
  metric.label = std::move(labels);
  metric.counter.value = static_cast<double>(value);
  into.metric.push_back(std::move(metric));
}

void add_gauge(MetricFamily& into, Labels labels, double value) {
  ClientMetric metric;
  metric.label = std::move(labels);
  metric.gauge.value = value;
  into.metric.push_back(std::move(metric));
}

/// Cumulative buckets: a record counts where its own bucket ends at or below the bound.
ClientMetric::Histogram buckets(const Histogram& histogram) {
  ClientMetric::Histogram out;
  const double step = std::exp2(1.0 / bounds_per_octave);
  for (double bound = first_bound_s; bound < last_bound_s * step; bound *= step)
    out.bucket.push_back({0, bound});
  out.bucket.push_back({0, std::numeric_limits<double>::infinity()});
  histogram.for_each([&](std::uint64_t, std::uint64_t upper_us, std::uint64_t count) {
    for (auto& bucket : out.bucket)
      if (static_cast<double>(upper_us) <= bucket.upper_bound * 1e6)
        bucket.cumulative_count += count;
  });
  out.bucket.back().cumulative_count = histogram.count();
  out.sample_count = histogram.count();
  out.sample_sum = seconds(histogram.mean()) * static_cast<double>(histogram.count());
  return out;
}

void add_routes(std::vector<MetricFamily>& families, const WorkerStats& totals) {
  MetricFamily requests =
      family("requests_total", "Logical requests by how they ended.", MetricType::Counter);
  MetricFamily missed =
      family("missed_total", "Sheds and failures by their reason.", MetricType::Counter);
  MetricFamily latency =
      family("request_duration_seconds",
             "Request head parsed to last byte handed to the socket; good and late requests.",
             MetricType::Histogram);
  for (const auto& [route, stats] : totals.routes) {
    for (std::size_t i = 0; i < outcome_count; ++i)
      add_counter(requests,
                  {{"route", route}, {"outcome", std::string(name(static_cast<Outcome>(i)))}},
                  stats.outcomes[i]);
    for (const auto& [reason, count] : stats.reasons)
      add_counter(missed, {{"route", route}, {"reason", std::string(reason)}}, count);
    ClientMetric metric;
    metric.label = {{"route", route}};
    metric.histogram = buckets(stats.latency);
    latency.metric.push_back(std::move(metric));
  }
  families.insert(families.end(), {requests, missed, latency});
}

void add_services(std::vector<MetricFamily>& families, const WorkerStats& totals) {
  MetricFamily attempts = family("attempts_total", "Attempts at replicas.", MetricType::Counter);
  MetricFamily retries = family("retries_total", "Second attempts.", MetricType::Counter);
  MetricFamily connects =
      family("upstream_connects_total", "New connections to replicas.", MetricType::Counter);
  MetricFamily ejections =
      family("ejections_total", "Replicas left out for their failures.", MetricType::Counter);
  for (const auto& [service, stats] : totals.services) {
    const Labels labels = {{"service", service}};
    add_counter(attempts, labels, stats.attempts);
    add_counter(retries, labels, stats.retries);
    add_counter(connects, labels, stats.connects);
    add_counter(ejections, labels, stats.ejections);
  }
  families.insert(families.end(), {attempts, retries, connects, ejections});
}

void add_connections(std::vector<MetricFamily>& families, const WorkerStats& totals) {
  MetricFamily accepted =
      family("connections_accepted_total", "Client connections accepted.", MetricType::Counter);
  MetricFamily turned_away = family("connections_refused_total",
                                    "Client connections over the limit.", MetricType::Counter);
  MetricFamily refused = family("requests_refused_total",
                                "Requests refused before a route was known.", MetricType::Counter);
  add_counter(accepted, {}, totals.connections_accepted);
  add_counter(turned_away, {}, totals.connections_refused);
  for (const auto& [reason, count] : totals.refused)
    add_counter(refused, {{"reason", std::string(reason)}}, count);
  families.insert(families.end(), {accepted, turned_away, refused});
}

void add_logs(std::vector<MetricFamily>& families) {
  MetricFamily dropped =
      family("log_lines_dropped_total", "Lines that nobody read in time, or that no disk took.",
             MetricType::Counter);
  for (const io::Log log : {io::Log::messages, io::Log::access})
    add_counter(dropped, {{"log", std::string(io::name(log))}}, io::lines_dropped(log));
  families.push_back(dropped);
}

}  // namespace

std::string metrics_text(const WorkerStats& totals, const std::vector<Gauge>& gauges) {
  std::vector<MetricFamily> families;
  add_routes(families, totals);
  add_services(families, totals);
  add_connections(families, totals);
  add_logs(families);
  for (const Gauge& gauge : gauges) {
    if (families.back().name != "headroom_" + gauge.name)
      families.push_back(family(gauge.name, gauge.help, MetricType::Gauge));
    add_gauge(families.back(),
              gauge.service.empty() ? Labels{} : Labels{{"service", gauge.service}}, gauge.value);
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace headroom::gateway
