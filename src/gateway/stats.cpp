// Summing what workers report.
#include "gateway/stats.h"

#include <algorithm>
#include <utility>

#include "scale/curve.h"

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

/// Null where more versions are there than are told apart.
scale::ByConcurrency* of_version(const std::string& version,
                                 std::vector<scale::VersionAttempts>& all) {
  const auto found = std::ranges::find(all, version, &scale::VersionAttempts::version);
  if (found != all.end()) return &found->by_concurrency;
  if (all.size() >= versions_told_max) return nullptr;
  return &all.emplace_back(version).by_concurrency;
}

void add(std::uint32_t in_flight, bool late, double latency_s, scale::ByConcurrency& into) {
  const std::size_t level = scale::ByConcurrency::level_of(in_flight);
  ++into.attempts[level];
  into.late[level] += late ? 1 : 0;
  into.latency_s[level] += latency_s;
}

bool any_attempt(const scale::VersionAttempts& one) {
  return std::ranges::any_of(one.by_concurrency.attempts, [](std::uint32_t n) { return n > 0; });
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
  for (std::size_t i = 0; i < answers.size(); ++i) answers[i] += other.answers[i];
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
  if (judged_by != other.judged_by) {
    by_concurrency = {};
    by_version.clear();
    judged_by = other.judged_by;
  }
  add(other.by_concurrency, by_concurrency);
  for (const auto& one : other.by_version)
    if (auto* into = of_version(one.version, by_version)) add(one.by_concurrency, *into);
  queue_wait.merge(other.queue_wait);
}

void ServiceStats::clear() {
  std::vector<Duration> kept = std::move(judged_by);
  // Versions that still serve keep their place: counting must not allocate.
  std::vector<scale::VersionAttempts> versions = std::move(by_version);
  std::erase_if(versions, [](const auto& one) { return !any_attempt(one); });
  for (auto& one : versions) one.by_concurrency = {};
  *this = {};
  judged_by = std::move(kept);
  by_version = std::move(versions);
}

void ServiceStats::count(const std::string& version, std::uint32_t in_flight, bool late,
                         double latency_s) {
  add(in_flight, late, latency_s, by_concurrency);
  if (auto* into = of_version(version, by_version)) add(in_flight, late, latency_s, *into);
}

void ServiceStats::judge_by(std::vector<Duration> latencies) {
  if (judged_by == latencies) return;
  judged_by = std::move(latencies);
  by_concurrency = {};
  by_version.clear();
}

void WorkerStats::merge(const WorkerStats& other) {
  merge_each(routes, other.routes);
  merge_each(services, other.services);
  connections_accepted += other.connections_accepted;
  connections_refused += other.connections_refused;
  add_counts(refused, other.refused);
}

void WorkerGauges::add(const WorkerGauges& another_worker) {
  connections_open += another_worker.connections_open;
  request_buffers += another_worker.request_buffers;
  add_counts(waiting, another_worker.waiting);
}

std::int64_t WorkerGauges::waiting_for(const std::string& service) const {
  const auto found = waiting.find(service);
  return found == waiting.end() ? 0 : found->second;
}

}  // namespace headroom::gateway
