// Accepts connections for one worker.
#pragma once

#include "io/fd.h"
#include "io/loop.h"

namespace headroom::gateway {

class Worker;

class Listener final : public io::Watcher {
 public:
  Listener(Worker& worker, io::Fd fd);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// Accepts everybody who is connected already.
  void on_events(std::uint32_t events) override;

 private:
  /// Whether somebody was there to be refused.
  [[nodiscard]] bool refuse_one();

  Worker& worker_;
  io::Fd fd_;
  io::Fd reserve_;  // given up for a moment when descriptors run out, so that a client is told
};

}  // namespace headroom::gateway
