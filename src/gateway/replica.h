// A replica as all workers see it: its address and the few words they share.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/time.h"
#include "io/socket.h"
#include "protect/outlier.h"

namespace headroom::gateway {

/// Lives as long as somebody holds it: a removed replica still counts its last requests down.
class Replica {
 public:
  Replica(std::string name, const io::Address& at, Instant since, std::int32_t in_flight_max)
      : id(std::move(name)), address(at), ready_since(since), concurrency(in_flight_max) {}

  const std::string id;
  const io::Address address;
  const Instant ready_since;
  const std::int32_t concurrency;  // in flight at most

  [[nodiscard]] std::int32_t in_flight() const {
    return in_flight_.load(std::memory_order_seq_cst);
  }

  /// The number in flight with this one, or 0 when the limit is reached.
  [[nodiscard]] std::int32_t take() {
    const std::int32_t taken = in_flight_.fetch_add(1, std::memory_order_seq_cst) + 1;
    if (taken <= concurrency) return taken;
    give_back();
    return 0;
  }
  void give_back() { in_flight_.fetch_sub(1, std::memory_order_seq_cst); }

  [[nodiscard]] bool ejected(Instant now) const {
    return now.time_since_epoch().count() < ejected_until_ns_.load(std::memory_order_relaxed);
  }

  [[nodiscard]] Instant ejected_until() const {
    return Instant(Duration(ejected_until_ns_.load(std::memory_order_relaxed)));
  }

  /// Counts one ended attempt. Races between workers lose a count at worst, never the state.
  /// Returns whether this attempt ejected the replica.
  bool attempt_ended(const protect::OutlierRule& rule, bool failed, Instant now) {
    protect::Health health{failures_.load(std::memory_order_relaxed),
                           ejections_.load(std::memory_order_relaxed),
                           Instant(Duration(ejected_until_ns_.load(std::memory_order_relaxed)))};
    if (!failed && health.failures == 0 && health.ejections == 0) return false;
    const protect::Health next = protect::after_attempt(rule, health, failed, now);
    failures_.store(next.failures, std::memory_order_relaxed);
    ejections_.store(next.ejections, std::memory_order_relaxed);
    ejected_until_ns_.store(next.ejected_until.time_since_epoch().count(),
                            std::memory_order_relaxed);
    return next.ejected_until != health.ejected_until;
  }

 private:
  alignas(64) std::atomic<std::int32_t> in_flight_{0};
  alignas(64) std::atomic<std::int32_t> failures_{0};
  std::atomic<std::int32_t> ejections_{0};
  std::atomic<std::int64_t> ejected_until_ns_{0};
};

/// One replica in the published set.
struct Endpoint {
  std::shared_ptr<Replica> replica;
  bool healthy = true;  // as the supervisor's probe found it
};

/// What the controller publishes: immutable, whole, newer epochs replace older ones.
struct Endpoints {
  std::uint64_t epoch = 0;
  std::map<std::string, std::vector<Endpoint>> services;
};

}  // namespace headroom::gateway
