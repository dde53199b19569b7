// Drives a load run: brings requests up when they are due and counts how each one ends.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "io/loop.h"
#include "load/alarm.h"
#include "load/plan.h"
#include "load/pool.h"
#include "load/recorder.h"
#include "load/request_log.h"

namespace headroom::load {

/// One run. Open loop: arrivals come by the plan whatever happened to earlier ones. Closed loop:
/// each connection's next request is due when its last one was answered; after a failure, with the
/// next sweep, so that a dead server does not become a busy loop.
class Engine final : public PoolOwner {
 public:
  Engine(const LoadPlan& plan, io::Loop& loop, const OnProgress& on_progress);

  [[nodiscard]] Result<LoadResult> run();

  [[nodiscard]] const RequestBytes& bytes_of(const Request& request) const override;
  [[nodiscard]] RequestIds::Id id_of(const Request& request) const override;
  void ended(const Request& request, std::optional<Instant> sent, const Ending& ending) override;
  void explain(const std::string& error) override { recorder_.explain(error); }

 private:
  void open_pools();
  [[nodiscard]] Result<> start();
  void bring_due();
  void refill_closed();
  void submit(Instant intended);
  void sweep();
  void report_second();
  void interrupt();
  [[nodiscard]] bool finished() const;
  [[nodiscard]] LoadResult result(Duration cpu);

  const LoadPlan& plan_;
  io::Loop& loop_;
  const OnProgress& on_progress_;
  Recorder recorder_;
  std::unique_ptr<RequestLog> log_;
  RequestIds ids_;
  std::optional<Arrivals> arrivals_;
  std::optional<Duration> next_;  // the next arrival, from the start; absent after the last
  Mix mix_;
  Alarm alarm_;
  io::Timer sweep_timer_;
  io::Timer second_timer_;

  std::vector<RequestBytes> bytes_;           // by target
  std::vector<Pool*> pool_of_;                // by target
  std::vector<std::unique_ptr<Pool>> pools_;  // by address
  Instant start_;
  WallTime started_;
  std::uint64_t number_ = 0;  // of the next request
  std::uint64_t in_flight_ = 0;
  int owed_ = 0;  // closed loop: requests to be brought up by the next sweep
  bool interrupted_ = false;
  Generator generator_;
};

}  // namespace headroom::load
