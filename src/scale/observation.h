// What was seen in one tick: the evidence that decisions rest on.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/time.h"

namespace headroom::scale {

enum class Phase : std::uint8_t { starting, ready, draining };

/// One replica at the end of the tick.
struct ReplicaSeen {
  std::string id;         // "checkout-7", never reused
  std::string version{};  // of its program and settings; equal ones are alike; empty: not known
  Phase phase = Phase::starting;
  Duration age{};        // since its start
  Duration startup{};    // start → ready; 0 while starting
  double cpu_cores = 0;  // mean over the tick; -1 unknown
  std::int64_t rss_bytes = -1;
  std::int64_t in_flight = 0;
  int zone = 0;  // 1 and on; 0: there is one only, or it is not known

  bool operator==(const ReplicaSeen&) const = default;
};

/// How attempts went, by the number in flight at their replica when they were sent (itself
/// included). Level i holds in-flight counts in [edge(i), edge(i + 1)).
struct ByConcurrency {
  static constexpr std::size_t level_count = 40;
  std::array<std::uint32_t, level_count> attempts{};
  std::array<std::uint32_t, level_count> late{};  // over the objective's latency, or failed
  std::array<double, level_count> latency_s{};    // sum

  /// 1, 2, … 16 one by one, then about 12% steps up to about 250.
  [[nodiscard]] static std::size_t level_of(std::uint32_t in_flight);
  [[nodiscard]] static std::uint32_t edge(std::size_t level);

  bool operator==(const ByConcurrency&) const = default;
};

/// Attempts of one tick at the replicas of one version.
struct VersionAttempts {
  std::string version;
  ByConcurrency by_concurrency;

  bool operator==(const VersionAttempts&) const = default;
};

/// One service over (previous, now]. Counts are of logical requests (binding decision 2 of the
/// design): each arrival ends as exactly one of good, late, shed, failed, gone.
struct ServiceSeen {
  std::string service;
  std::uint64_t arrivals = 0;
  std::uint64_t good = 0;
  std::uint64_t late = 0;
  std::uint64_t shed = 0;
  std::uint64_t failed = 0;
  std::uint64_t gone = 0;  // the client left before the objective was over
  /// Shed and failed ones by the gateway's machine-readable reason, for people; may be incomplete.
  std::map<std::string, std::uint64_t> reasons;
  double concurrency = 0;     // time-mean of requests at replicas
  std::int64_t waiting = 0;   // in the gateway's queue at the end of the tick
  double service_time_s = 0;  // mean time of an attempt at its replica; 0 when none ended
  double latency_p50_s = 0;   // of logical requests ended in the tick; 0 when none
  double latency_p95_s = 0;
  double latency_p99_s = 0;
  ByConcurrency by_concurrency;  // of all versions
  /// The same by the version that served, each once, by its name: where replicas of several are
  /// there. Empty: all were of one, or it is not known of which.
  std::vector<VersionAttempts> by_version;
  std::vector<ReplicaSeen> replicas;
  bool rolling_out = false;   // some replicas run an earlier program or setting and are replaced
  double completeness = 1.0;  // share of the sources that reported in time; 0: no evidence
  /// What the counts are of ÷ all requests of the tick, as far as is known: above 1 with those of
  /// ticks before that were told of late. 0: what completeness says.
  double covered = 0;
  std::vector<std::string> events;  // what happened to replicas, for people

  bool operator==(const ServiceSeen&) const = default;
};

/// All services over one tick.
struct Observations {
  Now now;
  Duration dt{};            // measured length of the tick
  double machine_cpu = -1;  // share of the machine's cores that were busy, 0..1; -1 unknown
  std::vector<ServiceSeen> services;

  bool operator==(const Observations&) const = default;
};

}  // namespace headroom::scale
