// One thread of the gateway with everything it owns: connections, exchanges, pools, counters.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/random.h"
#include "gateway/access_log.h"
#include "gateway/client_connection.h"
#include "gateway/exchange.h"
#include "gateway/generation.h"
#include "gateway/listener.h"
#include "gateway/service_pool.h"
#include "gateway/stats.h"
#include "io/farewells.h"
#include "io/loop.h"

namespace headroom::gateway {

/// A route with this worker's counters and pool.
struct RouteEntry {
  const RouteRef* ref = nullptr;
  RouteStats* stats = nullptr;
  ServicePool* pool = nullptr;
  protect::ServiceTime* service_time = nullptr;
};

/// One generation as this worker uses it. Exchanges keep the table they started with.
struct Table {
  std::shared_ptr<const Generation> generation;
  std::vector<RouteEntry> routes;  // by RouteRef::index
};

/// The few things that workers share; outlives them.
struct Shared {
  std::vector<class Worker*> workers;
  std::map<std::string, std::shared_ptr<SharedService>> services;  // guarded by services_mutex
  std::mutex services_mutex;
  std::string pseudonym;  // of this process, in Via: who finds it there has met itself

  /// Requires that all workers are there.
  [[nodiscard]] std::shared_ptr<SharedService> service(const std::string& name);
};

/// Its methods run on its own thread unless they say otherwise.
class Worker {
 public:
  Worker(std::size_t index, std::uint64_t seed, std::unique_ptr<io::Loop> loop, Shared& shared);
  ~Worker();

  /// The thread's whole life. Ends after stop().
  void run();

  // Called on this thread through post(), or before run().
  void use(std::shared_ptr<const Generation> generation, std::shared_ptr<AccessLogFile> log);
  void publish(const std::shared_ptr<const Endpoints>& endpoints);
  void listen(io::Fd fd, ListenerId id);
  /// On these sockets of this or other workers.
  void stop_listening(const std::vector<int>& sockets);
  void stop_listening();
  /// Stops listening and lets connections go when their request is done.
  void drain();
  void abort_all();
  /// What was counted since the last call, and how things stand.
  [[nodiscard]] WorkerReport seal();

  // For exchanges and connections.
  [[nodiscard]] io::Loop& loop() { return *loop_; }
  [[nodiscard]] Random& random() { return random_; }
  [[nodiscard]] const std::shared_ptr<const Table>& table() const { return table_; }
  [[nodiscard]] WorkerStats& stats() { return stats_; }
  [[nodiscard]] AccessLog& access_log() { return access_log_; }
  [[nodiscard]] bool draining() const { return draining_; }
  [[nodiscard]] const std::string& pseudonym() const { return shared_.pseudonym; }
  void accepted(io::Fd fd, const io::Address& peer, ListenerId listener);
  /// Tells a client that there are too many.
  void turn_away(io::Fd fd);
  /// Gives up a descriptor of one that was told so.
  void make_room() { farewells_.give_one_up(); }
  void begin_exchange(ClientConnection& client, std::uint32_t events);
  void release(Exchange& exchange);
  void close(ClientConnection& client);
  /// A place of this service may be free, or somebody came to wait: see ServicePool::serve.
  void serve_waiters(ServicePool& pool);
  /// Tells one that had to leave the queue: at once, or where that is called from within the
  /// telling of another (whose connection's next request displaced this one), after that one.
  void tell_displaced(Exchange& exchange);

  // From any thread.
  [[nodiscard]] std::uint64_t epoch() const { return epoch_.load(std::memory_order_acquire); }
  [[nodiscard]] std::int64_t open_connections() const {
    return open_.load(std::memory_order_relaxed);
  }

 private:
  [[nodiscard]] ServicePool& pool(const std::string& service);
  /// Tells another worker that a place is free for the first of its waiters.
  void wake(std::size_t worker, const std::string& service);
  void sweep();
  /// No other event comes when an ejection is over: those who wait for that replica need a timer.
  void wake_waiters_at(Instant when);
  void wake_waiters();
  void close_idle(Duration longest);
  /// After a rush: what it needed goes back.
  void drop_spare_exchanges();

  const std::size_t index_;
  std::unique_ptr<io::Loop> loop_;
  Shared& shared_;
  Random random_;
  std::shared_ptr<const Table> table_;
  std::shared_ptr<const Endpoints> endpoints_;
  std::map<std::string, std::unique_ptr<ServicePool>> pools_;
  std::map<std::string, protect::ServiceTime> service_times_;  // by route name
  io::Farewells farewells_{*loop_};
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::vector<std::unique_ptr<Exchange>> exchanges_;  // in use and spare
  std::vector<Exchange*> free_;
  std::vector<Exchange*> displaced_;  // to be told; all within one step of the loop
  bool telling_displaced_ = false;
  std::vector<std::unique_ptr<ClientConnection>> clients_;
  WorkerStats stats_;
  Instant sealed_;  // what is in stats_ came after
  AccessLog access_log_;
  io::Timer sweep_timer_;
  io::Timer return_timer_;  // when an ejected replica may be used again, while somebody waits
  bool draining_ = false;
  std::atomic<std::uint64_t> epoch_{0};
  std::atomic<std::int64_t> open_{0};
};

}  // namespace headroom::gateway
