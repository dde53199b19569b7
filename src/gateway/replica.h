// A replica as all workers see it: its address and the few words they share.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>
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
  Replica(std::string name, const io::Address& at, Instant since, std::int32_t in_flight_max,
          std::string of_version = {})
      : id(std::move(name)),
        version(std::move(of_version)),
        address(at),
        ready_since(since),
        concurrency(in_flight_max) {}

  const std::string id;
  const std::string version;  // of its program and settings; empty: not known
  const io::Address address;
  const Instant ready_since;
  std::atomic<std::int32_t> concurrency;  // in flight at most; a reload may change it
  /// Of these, streams left out, as many as was learned to be of use.
  std::atomic<std::int32_t> limit = std::numeric_limits<std::int32_t>::max();

  ReplicaHealth health{ready_since};

  /// Streams included.
  [[nodiscard]] std::int32_t in_flight() const { return counts().in_flight; }
  /// What it has in flight and how many more there may be, of one moment.
  struct Load {
    std::int32_t in_flight = 0;
    std::int32_t working = 0;  // of these, streams left out
    std::int32_t room = 0;
  };
  [[nodiscard]] Load load() const {
    const Counts now = counts();
    return {.in_flight = now.in_flight, .working = now.working(), .room = room(now)};
  }
  /// How many more there may be; 0 or less when there is no place.
  [[nodiscard]] std::int32_t room() const { return room(counts()); }

  /// The number in flight with this one, streams left out, or 0 when a limit is reached. Never
  /// counts above one, not even for a moment: another worker would take a place that is free for
  /// none.
  [[nodiscard]] std::int32_t take() {
    std::uint64_t word = word_.load(std::memory_order_seq_cst);
    while (room(counts(word)) > 0)
      if (word_.compare_exchange_weak(word, word + one, std::memory_order_seq_cst))
        return counts(word).working() + 1;
    return 0;
  }
  /// One that was taken is from now on a stream: open for as long as its client likes, which says
  /// nothing of what the replica can work on.
  void becomes_stream() { word_.fetch_add(one_stream, std::memory_order_seq_cst); }
  void give_back(bool stream) {
    word_.fetch_sub(stream ? one + one_stream : one, std::memory_order_seq_cst);
  }

 private:
  struct Counts {
    std::int32_t in_flight = 0;
    std::int32_t streams = 0;
    [[nodiscard]] std::int32_t working() const { return in_flight - streams; }
  };
  static constexpr std::uint64_t one = 1;
  static constexpr std::uint64_t one_stream = std::uint64_t{1} << 32;

  [[nodiscard]] static Counts counts(std::uint64_t word) {
    return {.in_flight = static_cast<std::int32_t>(word & (one_stream - 1)),
            .streams = static_cast<std::int32_t>(word >> 32)};
  }
  [[nodiscard]] Counts counts() const { return counts(word_.load(std::memory_order_seq_cst)); }
  [[nodiscard]] std::int32_t room(const Counts& now) const {
    return std::min(concurrency - now.in_flight, limit - now.working());
  }

  alignas(64) std::atomic<std::uint64_t> word_{0};  // both counts, so that they change together
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
  /// How long who comes while a service has no replica may wait for the first one.
  std::map<std::string, Duration> cold_starts;
};

}  // namespace headroom::gateway
