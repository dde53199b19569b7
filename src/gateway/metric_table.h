// Every metric of headroom: the one table behind /metrics, its reference and its tests.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace headroom::gateway {

/// In the order of the table.
enum class Metric : std::uint8_t {
  // requests
  requests,
  requests_missed,
  request_duration,
  responses,
  requests_in_flight,
  requests_waiting,
  queue_wait,
  attempts,
  retries,
  upstream_connects,
  ejections,
  requests_refused,
  // objectives
  objective_latency,
  objective_permitted_misses,
  objective_availability,
  objective_window,
  // replicas
  replicas_wanted,
  replicas_wanted_unbounded,
  replicas_min,
  replicas_max,
  replicas_ready,
  replicas_starting,
  replicas_draining,
  replica_capacity,
  more_replicas_cannot_help,
  replica_exits,
  replica_failed_starts,
  replica_failed_starts_in_a_row,
  service_last_error,
  replica_healthy,
  replica_cpu,
  replica_memory,
  // roll-outs
  rollout_state,
  rollout_since,
  service_version,
  // headroom itself
  build_info,
  config_reload_successful,
  config_reload_time,
  journal_healthy,
  journal_ticks_lost,
  ticks,
  ticks_dropped,
  log_lines_dropped,
  connections_open,
  connections_limit,
  connections_accepted,
  connections_refused,
  request_buffers,
  // the process, by the names that all exporters share
  process_cpu,
  process_resident_memory,
  process_virtual_memory,
  process_open_fds,
  process_max_fds,
  process_start_time,
};
constexpr std::size_t metric_count = static_cast<std::size_t>(Metric::process_start_time) + 1;

enum class MetricKind : std::uint8_t { counter, gauge, histogram };

constexpr std::size_t labels_max = 3;

struct MetricRow {
  Metric metric;
  std::string_view name;
  MetricKind kind;
  std::array<std::string_view, labels_max> labels;  // empty ones at the end
  std::string_view help;
};

[[nodiscard]] std::span<const MetricRow, metric_count> metric_table();
[[nodiscard]] const MetricRow& row_of(Metric metric);

[[nodiscard]] std::string_view name(MetricKind kind);

}  // namespace headroom::gateway
