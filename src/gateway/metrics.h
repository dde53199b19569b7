// The counters of the gateway in the text format of Prometheus.
#pragma once

#include <string>
#include <vector>

#include "gateway/stats.h"

namespace headroom::gateway {

/// A gauge that the caller knows: name without prefix, labels, value.
struct Gauge {
  std::string name;
  std::string help;
  std::string service;  // label; empty: none
  double value = 0;
};

/// `totals` since the start, and what the logs of this process dropped. Latency histograms have
/// buckets about 19% apart, so that a p99 read from them is within 10%.
[[nodiscard]] std::string metrics_text(const WorkerStats& totals, const std::vector<Gauge>& gauges);

}  // namespace headroom::gateway
