// What a worker counts between two ticks; summed over workers by the gateway.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/histogram.h"
#include "core/time.h"
#include "scale/observation.h"

namespace headroom::gateway {

/// How a logical request ended. Each ends exactly once.
enum class Outcome : std::uint8_t { good, late, shed, failed, gone };
constexpr std::size_t outcome_count = 5;
[[nodiscard]] std::string_view name(Outcome outcome);

/// Logical requests of one route.
struct RouteStats {
  std::uint64_t arrivals = 0;
  std::array<std::uint64_t, outcome_count> outcomes{};
  std::map<std::string_view, std::uint64_t> reasons;  // of sheds and failures; static names
  Histogram latency;

  [[nodiscard]] std::uint64_t of(Outcome outcome) const {
    return outcomes[static_cast<std::size_t>(outcome)];
  }
  void merge(const RouteStats& other);
};

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
  std::int64_t waiting = 0;  // at the moment of sealing

  void merge(const ServiceStats& other);
};

/// Everything one worker counted since its previous seal.
struct WorkerStats {
  std::map<std::string, RouteStats> routes;      // by route name
  std::map<std::string, ServiceStats> services;  // by service name
  std::uint64_t connections_accepted = 0;
  std::uint64_t connections_refused = 0;
  std::int64_t connections_open = 0;                  // at the moment of sealing
  std::int64_t request_buffers = 0;                   // at the moment of sealing, spare ones too
  std::map<std::string_view, std::uint64_t> refused;  // before a route was known, by reason

  void merge(const WorkerStats& other);
};

}  // namespace headroom::gateway
