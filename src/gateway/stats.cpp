// Summing what workers counted.
#include "gateway/stats.h"

namespace headroom::gateway {
namespace {

template <class Key, class Value>
void add_counts(std::map<Key, Value>& into, const std::map<Key, Value>& from) {
  for (const auto& [key, count] : from) into[key] += count;
}

template <class Key, class Value>
void merge_each(std::map<Key, Value>& into, const std::map<Key, Value>& from) {
  for (const auto& [key, value] : from) into[key].merge(value);
}

}  // namespace

std::string_view name(Outcome outcome) {
  constexpr std::array<std::string_view, outcome_count> names{"good", "late", "shed", "failed",
                                                              "gone"};
  return names[static_cast<std::size_t>(outcome)];
}

void RouteStats::merge(const RouteStats& other) {
  arrivals += other.arrivals;
  for (std::size_t i = 0; i < outcomes.size(); ++i) outcomes[i] += other.outcomes[i];
  add_counts(reasons, other.reasons);
  latency.merge(other.latency);
}

void ServiceStats::merge(const ServiceStats& other) {
  attempts += other.attempts;
  retries += other.retries;
  connects += other.connects;
  ejections += other.ejections;
  in_flight_seconds += other.in_flight_seconds;
  attempt_seconds += other.attempt_seconds;
  attempts_ended += other.attempts_ended;
  for (std::size_t i = 0; i < scale::ByConcurrency::level_count; ++i) {
    by_concurrency.attempts[i] += other.by_concurrency.attempts[i];
    by_concurrency.late[i] += other.by_concurrency.late[i];
    by_concurrency.latency_s[i] += other.by_concurrency.latency_s[i];
  }
  waiting += other.waiting;
}

void WorkerStats::merge(const WorkerStats& other) {
  merge_each(routes, other.routes);
  merge_each(services, other.services);
  connections_accepted += other.connections_accepted;
  connections_refused += other.connections_refused;
  connections_open += other.connections_open;
  request_buffers += other.request_buffers;
  add_counts(refused, other.refused);
}

}  // namespace headroom::gateway
