// A one-shot alarm with a finer grain than the loop's timers.
#pragma once

#include <functional>

#include "core/result.h"
#include "core/time.h"
#include "io/loop.h"

namespace headroom::load {

/// A timerfd on the loop. Why not io::Timer: with 1 ms of grain every request would leave half a
/// millisecond late on average, which counts as latency of the server.
class Alarm final : public io::Watcher {
 public:
  Alarm(io::Loop& loop, std::function<void()> on_due) : loop_(loop), on_due_(std::move(on_due)) {}
  ~Alarm();
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

  [[nodiscard]] Result<> start();
  /// Due once at `due` or, when that has passed, at once. Replaces what was set before.
  void set(Instant due);

  void on_events(std::uint32_t events) override;

 private:
  io::Loop& loop_;
  std::function<void()> on_due_;
  io::Fd fd_;
};

}  // namespace headroom::load
