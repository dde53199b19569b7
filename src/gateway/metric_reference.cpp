// One table of docs/metrics.md for each part of the table of metrics.
#include "gateway/metric_reference.h"

#include <fmt/format.h>

#include <array>

#include "gateway/metric_table.h"
#include "gateway/reasons.h"

namespace headroom::gateway {
namespace {

struct Part {
  Metric first;
  std::string_view title;
};

constexpr std::array parts = std::to_array<Part>({
    {Metric::requests, "Requests"},
    {Metric::objective_latency, "Objectives"},
    {Metric::replicas_wanted, "Replicas"},
    {Metric::rollout_state, "Roll-outs"},
    {Metric::build_info, "headroom itself"},
    {Metric::process_cpu, "Its process"},
});

constexpr std::string_view head = R"(# Metrics

<!-- Written by `headroom check --metrics`; a test fails when it is stale. -->

`GET /metrics` on `gateway.admin` answers in the text format of Prometheus. What one would be woken
for is in [alerts.yml](prometheus/alerts.yml): a file of rules to load as it is, explained in
[operating](operating.md#what-to-alert-on).

- Names have units: seconds, bytes, requests per second, or a ratio between 0 and 1.
- Counters begin with 0 when headroom begins, also after an upgrade (`process_start_time_seconds`).
  Series of a reason exist from the start, so that `increase()` sees the first one.
- `service` and `route` are names of the file. What leaves the file leaves the metrics, and series
  of a `replica` end with it.
- A request is *missed* when it is late, shed or failed, here as in `top`, reports and `load`. One
  whose client left in time (`gone`) is neither good nor missed. Only simulations count apart what
  is [late alone](concepts/simulation.md#what-counts-as-missed).
- `headroom gateway`, and services with `endpoints`, have no series of decisions, starts and
  roll-outs.
)";

std::string labels_of(const MetricRow& row) {
  std::string labels;
  for (const std::string_view label : row.labels)
    if (!label.empty()) labels += fmt::format("{}`{}`", labels.empty() ? "" : ", ", label);
  return labels;
}

std::string reasons(std::span<const std::string_view> all) {
  std::string text;
  for (const std::string_view reason : all)
    text += fmt::format("{}`{}`", text.empty() ? "" : ", ", reason);
  return text;
}

}  // namespace

std::string metric_reference() {
  std::string out(head);
  for (const MetricRow& row : metric_table()) {
    for (const Part& part : parts)
      if (part.first == row.metric)
        out += fmt::format("\n## {}\n| metric | kind | labels | meaning |\n|---|---|---|---|\n",
                           part.title);
    out += fmt::format("| `{}` | {} | {} | {} |\n", row.name, name(row.kind), labels_of(row),
                       row.help);
  }
  out += fmt::format(
      "\n## Reasons\n[The HTTP contract](http.md) explains them.\n\n"
      "Of `headroom_requests_missed_total`: {}.\n\nOf `headroom_requests_refused_total`: {}.\n",
      reasons(missed_reasons()), reasons(refused_reasons()));
  return out;
}

}  // namespace headroom::gateway
