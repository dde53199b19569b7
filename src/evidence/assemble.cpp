// Sums of samples, and what they are of.
#include "evidence/assemble.h"

#include <algorithm>
#include <cmath>

#include "scale/curve.h"
#include "scale/seen.h"

namespace headroom::evidence {
namespace {

/// What counts are of is known to a hundredth: sources are some milliseconds apart, and a stored
/// tick stays short.
constexpr double precision = 0.01;

void count_outcomes(const Sample& sample, scale::ServiceSeen& seen) {
  seen.arrivals += sample.arrivals;
  seen.good += sample.good;
  seen.late += sample.late;
  seen.shed += sample.shed;
  seen.failed += sample.failed;
  seen.gone += sample.gone;
  for (const auto& [reason, count] : sample.reasons) seen.reasons[reason] += count;
}

void add_versions(const std::vector<scale::VersionAttempts>& more,
                  std::vector<scale::VersionAttempts>& sum) {
  for (const scale::VersionAttempts& one : more) {
    const auto known = std::ranges::find(sum, one.version, &scale::VersionAttempts::version);
    if (known == sum.end())
      sum.push_back(one);
    else
      add(one.by_concurrency, known->by_concurrency);
  }
}

void measure_latency(std::span<const Sample> samples, scale::ServiceSeen& seen) {
  Histogram all;
  for (const Sample& sample : samples)
    for (const Histogram* latency : sample.latencies)
      if (latency->count() > 0) all.merge(*latency);
  seen.latency_p50_s = seconds(all.quantile(0.50));
  seen.latency_p95_s = seconds(all.quantile(0.95));
  seen.latency_p99_s = seconds(all.quantile(0.99));
}

void measure_attempts(std::span<const Sample> samples, double of_s, scale::ServiceSeen& seen) {
  double in_flight_s = 0;
  double attempts_s = 0;
  std::uint64_t attempts = 0;
  for (const Sample& sample : samples) {
    in_flight_s += sample.in_flight_s;
    attempts_s += sample.attempts_s;
    attempts += sample.attempts;
    add(sample.by_concurrency, seen.by_concurrency);
    if (sample.by_version != nullptr) add_versions(*sample.by_version, seen.by_version);
  }
  std::ranges::sort(seen.by_version, {}, &scale::VersionAttempts::version);
  if (of_s > 0) seen.concurrency = in_flight_s / of_s;
  if (attempts > 0) seen.service_time_s = attempts_s / static_cast<double>(attempts);
}

}  // namespace

scale::ServiceSeen assemble(std::span<const Sample> samples, std::size_t sources,
                            const Interval& tick, Usual& usual) {
  scale::ServiceSeen seen;
  const Traffic traffic = traffic_of(samples, sources, tick, usual);
  seen.completeness = traffic.completeness;
  const double covered = std::round(traffic.covered / precision) * precision;
  if (std::abs(covered - traffic.completeness) >= precision / 2)
    seen.covered = std::max(precision, covered);
  for (const Sample& sample : samples) count_outcomes(sample, seen);
  measure_latency(samples, seen);
  measure_attempts(samples, scale::covered_share(seen) * tick.length_s(), seen);
  return seen;
}

}  // namespace headroom::evidence
