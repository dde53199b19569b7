// One thread's readiness and timers, level-triggered: deliberately not the loop under test.
#pragma once

#include <cstdint>
#include <queue>
#include <unordered_map>
#include <vector>

#include "core/time.h"
#include "io/fd.h"

namespace headroom::state {

/// Has one descriptor and may be removed while others are being called.
class Handler {
 public:
  virtual ~Handler() = default;
  virtual void on_ready(std::uint32_t events) = 0;
  virtual void on_timer(int kind) = 0;

  std::uint64_t serial = 0;  // given by the reactor
};

class Reactor {
 public:
  Reactor();

  void add(Handler& handler, int fd, std::uint32_t events);
  void change(Handler& handler, int fd, std::uint32_t events);
  /// Timers of it that are still to come are dropped.
  void remove(Handler& handler, int fd);
  void after(Handler& handler, std::uint32_t ms, int kind);

  /// One turn that waits at most 5 ms.
  void turn();
  [[nodiscard]] Instant now() const { return now_; }

 private:
  struct Due {
    Instant when;
    std::uint64_t serial;
    int kind;
    bool operator>(const Due& other) const { return when > other.when; }
  };

  io::Fd epoll_;
  Instant now_;
  std::uint64_t next_serial_ = 0;
  std::unordered_map<std::uint64_t, Handler*> handlers_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
};

}  // namespace headroom::state
