// What a worker counts between two ticks, and how things stand with it then.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/histogram.h"
#include "core/time.h"
#include "evidence/interval.h"
#include "scale/observation.h"

namespace headroom::gateway {

/// How a logical request ended. Each ends exactly once.
enum class Outcome : std::uint8_t { good, late, shed, failed, gone };
constexpr std::size_t outcome_count = 5;
constexpr std::size_t status_classes = 6;  // 0: none was known
[[nodiscard]] std::string_view name(Outcome outcome);

/// Logical requests of one route.
struct RouteStats {
  std::uint64_t arrivals = 0;
  std::array<std::uint64_t, outcome_count> outcomes{};
  std::map<std::string_view, std::uint64_t> reasons;    // of sheds and failures; static names
  std::array<std::uint64_t, status_classes> answers{};  // by the first digit of their status
  Histogram latency;

  [[nodiscard]] std::uint64_t of(Outcome outcome) const {
    return outcomes[static_cast<std::size_t>(outcome)];
  }
  void merge(const RouteStats& other);
};

/// Versions of a service that are told apart; attempts at others are in the sum only.
constexpr std::size_t versions_told_max = 4;

/// Attempts at the replicas of one service.
struct ServiceStats {
  std::uint64_t attempts = 0;
  std::uint64_t retries = 0;
  std::uint64_t connects = 0;
  std::uint64_t ejections = 0;
  double in_flight_seconds = 0;  // time integral of requests at replicas
  double attempt_seconds = 0;    // summed over the attempts that ended
  std::uint64_t attempts_ended = 0;
  scale::ByConcurrency by_concurrency;
  /// The same by version of the replica, each once, as many as are told apart.
  std::vector<scale::VersionAttempts> by_version;
  std::vector<Duration>
      judged_by;         // what `late` of these was counted by, see scale::judged_latencies()
  Histogram queue_wait;  // of those that had to wait, however that ended

  /// An attempt that ended at a replica of `version`.
  void count(const std::string& version, std::uint32_t in_flight, bool late, double latency_s);
  /// Attempts by concurrency that were judged by something else than those of `other` are left out.
  void merge(const ServiceStats& other);
  /// Begins the next interval.
  void clear();
  /// From now on attempts are judged by these: those by others are left out.
  void judge_by(std::vector<Duration> latencies);
};

/// Everything one worker counted since its previous seal.
struct WorkerStats {
  std::map<std::string, RouteStats> routes;      // by route name
  std::map<std::string, ServiceStats> services;  // by service name
  std::uint64_t connections_accepted = 0;
  std::uint64_t connections_refused = 0;
  std::map<std::string_view, std::uint64_t> refused;  // before a route was known, by reason

  void merge(const WorkerStats& other);
};

/// How things stand with one worker; or with all, added up. Of two reports of the same worker the
/// later one holds.
struct WorkerGauges {
  std::int64_t connections_open = 0;
  std::int64_t request_buffers = 0;             // spare ones too
  std::map<std::string, std::int64_t> waiting;  // by service name

  void add(const WorkerGauges& another_worker);
  [[nodiscard]] std::int64_t waiting_for(const std::string& service) const;
};

struct WorkerReport {
  std::size_t worker = 0;
  evidence::Interval of;  // since its previous seal
  WorkerStats counted;
  WorkerGauges gauges;
};

}  // namespace headroom::gateway
