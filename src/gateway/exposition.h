// One answer to /metrics in the making: samples of the metrics in the table, as Prometheus reads
// it.
#pragma once

#include <prometheus/metric_family.h>

#include <string>
#include <vector>

#include "gateway/metric_table.h"

namespace headroom::gateway {

class Exposition {
 public:
  Exposition();

  using LabelValues = std::vector<std::string>;  // in the order of the table's labels
  /// Of a counter or gauge.
  void add(Metric metric, LabelValues values, double value);
  void add(Metric metric, LabelValues values, prometheus::ClientMetric::Histogram histogram);

  /// Metrics without a sample are left out.
  [[nodiscard]] std::string text() const;

 private:
  prometheus::ClientMetric& sample(Metric metric, LabelValues values);

  std::vector<prometheus::MetricFamily> families_;  // by metric
};

}  // namespace headroom::gateway
