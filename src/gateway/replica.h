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
#include "gateway/replica_health.h"
#include "io/socket.h"

namespace headroom::gateway {

/// Lives as long as somebody holds it: a removed replica still counts its last requests down.
class Replica {
 public:
  Replica(std::string name, const io::Address& at, Instant since, std::int32_t in_flight_max)
      : id(std::move(name)), address(at), ready_since(since), concurrency(in_flight_max) {}

  const std::string id;
  const io::Address address;
  const Instant ready_since;
  std::atomic<std::int32_t> concurrency;  // in flight at most; a reload may change it

  ReplicaHealth health{ready_since};

  [[nodiscard]] std::int32_t in_flight() const {
    return in_flight_.load(std::memory_order_seq_cst);
  }

  /// The number in flight with this one, or 0 when the limit is reached. Never counts above the
  /// limit, not even for a moment: another worker would take a place that is free for none.
  [[nodiscard]] std::int32_t take() {
    std::int32_t taken = in_flight();
    while (taken < concurrency)
      if (in_flight_.compare_exchange_weak(taken, taken + 1, std::memory_order_seq_cst))
        return taken + 1;
    return 0;
  }
  void give_back() { in_flight_.fetch_sub(1, std::memory_order_seq_cst); }

 private:
  alignas(64) std::atomic<std::int32_t> in_flight_{0};
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
