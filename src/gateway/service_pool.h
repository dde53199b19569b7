// One worker's view of one service: its replicas, who waits for them, and what was counted.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/random.h"
#include "core/result.h"
#include "gateway/stats.h"
#include "gateway/upstream.h"
#include "gateway/wait_board.h"
#include "protect/balance.h"
#include "protect/outlier.h"
#include "protect/pace.h"
#include "protect/patience.h"
#include "protect/waiting.h"

namespace headroom::gateway {

/// What all workers share of one service besides its replicas.
struct SharedService {
  explicit SharedService(std::size_t workers) : board(workers) {}

  WaitBoard board;
  /// Held while one counts who is left out and ejects one more: two workers at once could leave out
  /// too many. Nobody waits for it, who finds it held ejects at the next failure.
  std::mutex ejecting;
};

/// A place at a replica: one request in flight there. Given back exactly once.
struct Permit {
  std::shared_ptr<Upstream> upstream;
  std::int32_t in_flight = 0;  // at the replica, this one included, streams left out
  bool stream = false;
};

class ServicePool {
 public:
  ServicePool(std::string name, std::size_t worker, std::shared_ptr<SharedService> shared,
              ServiceStats& stats)
      : name_(std::move(name)), worker_(worker), shared_(std::move(shared)), stats_(stats) {}
  ~ServicePool();
  ServicePool(const ServicePool&) = delete;
  ServicePool& operator=(const ServicePool&) = delete;

  /// Takes over a newly published set. Pools of replicas that stay are kept. `cold_start`: see
  /// Endpoints.
  void publish(io::Loop& loop, const std::vector<Endpoint>& endpoints, Duration cold_start = {});

  /// A place for a newcomer, unless somebody waits, on whatever worker, who stands before it.
  [[nodiscard]] std::optional<Permit> admit(std::uint8_t rank, const Replica* avoid, Instant now,
                                            Random& random);
  /// A place at the least loaded replica; not at `avoid` unless no other is in use.
  [[nodiscard]] std::optional<Permit> take(const Replica* avoid, Instant now, Random& random);
  /// A place together with a connection to where it is.
  struct Connected {
    Permit permit;
    std::unique_ptr<UpstreamConnection> connection;
  };
  /// A place at a replica to which a connection is kept, for when no new one can be made.
  [[nodiscard]] std::optional<Connected> take_connected(const Replica* avoid, Instant now);
  /// Feeds the counts and passive health. `late`: beyond the route's objective.
  void attempt_ended(const Permit& permit, protect::AttemptEnd end, bool late, Duration latency,
                     Instant now);
  /// What it asked for has begun and has no end of its own: others may be worked on meanwhile.
  void becomes_stream(Permit& permit);
  void give_back(Permit& permit, Instant now);

  // Waiting. The board is told of every change.
  [[nodiscard]] protect::WaitingQueue::Joined join(protect::Waiter& waiter, std::uint8_t rank,
                                                   Instant now);
  void leave(protect::Waiter& waiter);
  void set_queue_limit(std::size_t limit) { queue_.set_limit(limit); }
  [[nodiscard]] std::size_t waiting() const { return queue_.size(); }
  /// Those, on whatever worker, whom a newcomer of this rank has to stand behind.
  [[nodiscard]] protect::Crowd crowd(std::uint8_t rank, Instant now) const;
  [[nodiscard]] Duration cold_start() const { return cold_start_; }

  /// After a place may have become free, or somebody came to wait. While the first of all who wait
  /// does so here and there is a place, `grant(waiter, permit)`; then `wake(worker)` where the
  /// first waits elsewhere and a place is left. Returns when an ejected replica comes back, if
  /// anybody waits: no other event tells of that. Instant::max() otherwise.
  /// `avoided(waiter)`: where it failed before. While the first may only go elsewhere, a place at
  /// that replica stays free; so its leaving, too, is a reason to call this.
  template <class Avoided, class Grant, class Wake>
  Instant serve(Instant now, Random& random, Avoided avoided, Grant grant, Wake wake);
  /// What `wake` of another worker led to; serve() comes next.
  void woken() { shared_->board.clear_mark(worker_); }

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::size_t replica_count() const { return upstreams_.size(); }
  [[nodiscard]] ServiceStats& stats() { return stats_; }

  void close_old_connections(Instant now);
  /// Adds the time since the last change to the integral of requests in flight.
  void settle(Instant now);

 private:
  [[nodiscard]] Permit permit(const std::shared_ptr<Upstream>& upstream, std::int32_t in_flight,
                              Instant now);
  void compare_paces(Instant now);
  /// What the balancer knows of it.
  [[nodiscard]] protect::Candidate candidate(const Upstream& upstream, bool usable,
                                             Instant now) const;
  [[nodiscard]] std::size_t left_out(Instant now, const Replica* except = nullptr) const;
  [[nodiscard]] bool usable(const Upstream& upstream, bool ignore_health, Instant now) const;
  [[nodiscard]] bool place_free(Instant now) const;
  [[nodiscard]] Instant next_return(Instant now) const;
  [[nodiscard]] bool stands_out(const Replica& replica, Instant now) const;
  void eject(Replica& replica, Instant now);
  void note_queue();

  std::string name_;
  std::size_t worker_;
  std::shared_ptr<SharedService> shared_;
  ServiceStats& stats_;
  std::vector<std::shared_ptr<Upstream>> upstreams_;
  protect::WaitingQueue queue_{1};
  protect::ServiceTime service_time_;
  Duration cold_start_{};
  protect::PaceWatch paces_;
  bool serving_ = false;        // further up the stack
  std::int64_t in_flight_ = 0;  // of this worker
  Instant settled_{};
};

template <class Avoided, class Grant, class Wake>
Instant ServicePool::serve(Instant now, Random& random, Avoided avoided, Grant grant, Wake wake) {
  // One that is served and fails at once frees its place again: the loop below takes care of it,
  // so that a queue full of such requests is worked off instead of growing the stack.
  if (serving_) return Instant::max();
  serving_ = true;
  WaitBoard::First first;
  while (true) {
    first = shared_->board.first();
    if (first.turn.nobody() || first.worker != worker_) break;
    protect::Waiter* waiter = queue_.first();
    CHECK(waiter != nullptr);
    std::optional<Permit> permit = take(avoided(*waiter), now, random);
    if (!permit) break;
    leave(*waiter);
    grant(*waiter, std::move(*permit));
  }
  serving_ = false;
  if (first.turn.nobody()) return Instant::max();
  if (first.worker != worker_ && place_free(now) && shared_->board.mark(first.worker))
    wake(first.worker);
  return next_return(now);
}

}  // namespace headroom::gateway
