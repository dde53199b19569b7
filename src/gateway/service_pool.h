// One worker's view of one service: its replicas, who waits for them, and what was counted.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/random.h"
#include "gateway/stats.h"
#include "gateway/upstream.h"
#include "protect/waiting.h"

namespace headroom::gateway {

/// Since when the first waiter of each worker waits, for one service; shared by all workers, so
/// that a freed place goes to the worker whose waiter has waited longest. A worker notes its
/// waiter, then looks for a place; another frees a place, then looks for a note. In one order for
/// all (seq_cst, here and in Replica) at least one of them sees the other.
class WaitBoard {
 public:
  static constexpr std::size_t workers_max = 256;
  static constexpr std::int64_t nobody = INT64_MAX;

  WaitBoard() {
    for (Cell& cell : cells_) cell.since_ns.store(nobody, std::memory_order_relaxed);
  }
  void set(std::size_t worker, Instant since) {
    cells_[worker].since_ns.store(since.time_since_epoch().count(), std::memory_order_seq_cst);
  }
  /// The worker with the longest wait, or nothing.
  [[nodiscard]] std::optional<std::size_t> longest(std::size_t worker_count) const;

 private:
  struct alignas(64) Cell {
    std::atomic<std::int64_t> since_ns;
  };
  std::array<Cell, workers_max> cells_;
};

/// A place at a replica: one request in flight there. Given back exactly once.
struct Permit {
  std::shared_ptr<Upstream> upstream;
  std::int32_t in_flight = 0;  // at the replica, this one included
};

class ServicePool {
 public:
  ServicePool(std::string name, std::size_t worker, std::shared_ptr<WaitBoard> board,
              ServiceStats& stats)
      : name_(std::move(name)), worker_(worker), board_(std::move(board)), stats_(stats) {}

  /// Takes over a newly published set. Pools of replicas that stay are kept.
  void publish(io::Loop& loop, const std::vector<Endpoint>& endpoints);

  /// A place at the least loaded replica; not at `avoid` unless no other is in use.
  [[nodiscard]] std::optional<Permit> take(const Replica* avoid, Instant now, Random& random);
  /// A place at a replica to which a connection is kept, for when no new one can be made.
  [[nodiscard]] std::optional<Permit> take_connected(Instant now);
  /// When the next ejected replica may be used again; Instant::max() when none is ejected.
  [[nodiscard]] Instant next_return(Instant now) const;
  /// `failed` feeds passive health. `latency` of the attempt, or nothing when it was cut short by
  /// the client.
  void attempt_ended(const Permit& permit, bool failed, bool late, Duration latency, Instant now);
  void give_back(Permit& permit, Instant now);

  ~ServicePool();
  ServicePool(const ServicePool&) = delete;
  ServicePool& operator=(const ServicePool&) = delete;

  bool serving = false;  // its waiters are being served further up the stack

  [[nodiscard]] protect::WaitingQueue& queue() { return queue_; }
  void note_queue() { board_->set(worker_, queue_.first_since()); }
  [[nodiscard]] const WaitBoard& board() const { return *board_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::size_t replica_count() const { return upstreams_.size(); }
  [[nodiscard]] ServiceStats& stats() { return stats_; }

  void close_old_connections(Instant now);
  /// Adds the time since the last change to the integral of requests in flight.
  void settle(Instant now);

 private:
  [[nodiscard]] Permit permit(const std::shared_ptr<Upstream>& upstream, std::int32_t in_flight,
                              Instant now);

  std::string name_;
  std::size_t worker_;
  std::shared_ptr<WaitBoard> board_;
  ServiceStats& stats_;
  std::vector<std::shared_ptr<Upstream>> upstreams_;
  protect::WaitingQueue queue_{1};
  std::int64_t in_flight_ = 0;  // of this worker
  Instant settled_{};
};

}  // namespace headroom::gateway
