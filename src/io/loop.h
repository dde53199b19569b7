// An epoll event loop: one thread, its descriptors, its timers, and a door for other threads.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "io/fd.h"
#include "io/timer.h"

namespace headroom::io {

/// Receives the readiness of one descriptor. Must be removed from the loop before it dies.
class Watcher {
 public:
  /// `events`: EPOLLIN, EPOLLOUT, EPOLLRDHUP, EPOLLHUP, EPOLLERR as epoll reports them.
  virtual void on_events(std::uint32_t events) = 0;

 protected:
  ~Watcher() = default;
};

/// Owned and run by one thread; only `post` and `stop` may be called from others.
class Loop {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Loop>> create();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Edge-triggered for everything in `events` until removed. The descriptor stays the caller's.
  [[nodiscard]] Result<> add(int fd, std::uint32_t events, Watcher& watcher);
  [[nodiscard]] Result<> modify(int fd, std::uint32_t events, Watcher& watcher);
  /// Events of `watcher` that were already fetched are dropped, so it may die at once.
  void remove(int fd, Watcher& watcher);

  /// `timer` fires once, not before `after` from now, at a resolution of 1 ms. Rearms if armed.
  void arm(Timer& timer, Duration after) { timers_.arm(timer, now_ + after); }
  void disarm(Timer& timer) { timers_.disarm(timer); }

  /// Delivers `events` to `watcher` once more, with what is ready next, without waiting: for who
  /// stops before everything there was has been read, so that the others have their turn.
  /// However often it asks until then, it is told once.
  void again(Watcher& watcher, std::uint32_t events);

  /// Time of the last wake-up: cheap, at most one turn of the loop old.
  [[nodiscard]] Instant now() const { return now_; }

  /// Runs `task` on the loop's thread. From any thread; wakes the loop.
  void post(std::function<void()> task);

  /// Runs until stop(). One turn: ready descriptors, due timers, posted tasks. Timers are judged
  /// when what is ready has been delivered: after a stall, an answer that is there is not too late.
  void run();
  void stop();
  /// One turn that waits at most `wait`.
  void run_once(Duration wait);

 private:
  struct Ready {
    Watcher* watcher;  // null: the wake-up, or removed since
    std::uint32_t events;
  };

  Loop(Fd epoll, Fd wake);
  /// Waits, then delivers; whether there may be more that is ready already.
  [[nodiscard]] bool deliver(Duration wait);
  void run_posted();
  [[nodiscard]] int wait_ms(Duration wait) const;

  Fd epoll_;
  Fd wake_;
  Instant now_;
  TimerWheel timers_;
  std::vector<Ready> fetched_;  // of the current turn; removed ones are nulled
  std::vector<Ready> again_;    // for the next one
  bool woken_ = false;
  bool stopping_ = false;

  std::mutex posted_mutex_;
  std::vector<std::function<void()>> posted_;  // guarded by posted_mutex_
  std::vector<std::function<void()>> running_;
};

}  // namespace headroom::io
