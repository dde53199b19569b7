// Accepts connections for one worker.
#pragma once

#include "gateway/generation.h"
#include "io/acceptor.h"

namespace headroom::gateway {

class Worker;

class Listener {
 public:
  Listener(Worker& worker, io::Fd fd, ListenerId id);

  [[nodiscard]] Result<> start() { return acceptor_.start(); }
  [[nodiscard]] int fd() const { return acceptor_.fd(); }
  /// Accepts everybody who is connected already.
  void accept_waiting() { acceptor_.accept_waiting(); }

 private:
  io::Acceptor acceptor_;
};

}  // namespace headroom::gateway
