// From samples to text.
#include "gateway/exposition.h"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <utility>

#include "core/result.h"

namespace headroom::gateway {
namespace {

prometheus::MetricType type_of(MetricKind kind) {
  switch (kind) {
    case MetricKind::counter:
      return prometheus::MetricType::Counter;
    case MetricKind::gauge:
      return prometheus::MetricType::Gauge;
    case MetricKind::histogram:
      return prometheus::MetricType::Histogram;
  }
  return prometheus::MetricType::Untyped;
}

}  // namespace

Exposition::Exposition() {
  for (const MetricRow& row : metric_table())
    families_.push_back({std::string(row.name), std::string(row.help), type_of(row.kind), {}});
}

prometheus::ClientMetric& Exposition::sample(Metric metric, LabelValues values) {
  const MetricRow& row = row_of(metric);
  prometheus::ClientMetric sample;
  for (std::size_t i = 0; i < row.labels.size() && !row.labels[i].empty(); ++i) {
    CHECK(i < values.size());
    sample.label.push_back({std::string(row.labels[i]), std::move(values[i])});
  }
  CHECK(sample.label.size() == values.size());
  auto& samples = families_[static_cast<std::size_t>(metric)].metric;
  return samples.emplace_back(std::move(sample));
}

void Exposition::add(Metric metric, LabelValues values, double value) {
  prometheus::ClientMetric& into = sample(metric, std::move(values));
  if (row_of(metric).kind == MetricKind::counter)
    into.counter.value = value;
  else
    into.gauge.value = value;
}

void Exposition::add(Metric metric, LabelValues values,
                     prometheus::ClientMetric::Histogram histogram) {
  sample(metric, std::move(values)).histogram = std::move(histogram);
}

std::string Exposition::text() const {
  std::vector<prometheus::MetricFamily> filled;
  std::ranges::copy_if(families_, std::back_inserter(filled),
                       [](const auto& family) { return !family.metric.empty(); });
  return prometheus::TextSerializer().Serialize(filled);
}

}  // namespace headroom::gateway
