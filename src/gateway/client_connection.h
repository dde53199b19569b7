// A client's connection: idle, lent to an exchange, or saying goodbye.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "gateway/generation.h"
#include "io/fd.h"
#include "io/loop.h"
#include "io/socket.h"

namespace headroom::gateway {

class Exchange;
class Worker;

/// Idle connections are many, so this stays small: buffers and parsers belong to the exchange.
class ClientConnection final : public io::Watcher {
 public:
  ClientConnection(Worker& worker, io::Fd fd, const io::Address& peer, ListenerId through,
                   Instant now)
      : listener(through),
        idle_since(now),
        worker_(worker),
        fd_(std::move(fd)),
        peer_(peer.host()) {}
  ~ClientConnection();
  ClientConnection(const ClientConnection&) = delete;
  ClientConnection& operator=(const ClientConnection&) = delete;

  void on_events(std::uint32_t events) override;

  [[nodiscard]] int fd() const { return fd_.get(); }
  /// The other end, as the kernel names it.
  [[nodiscard]] const std::string& peer() const { return peer_; }
  /// Sends what the kernel holds, then reads and drops what the client still sends: closing at once
  /// would reset the connection and destroy the answer on its way.
  void linger(Instant now);
  /// The client is to see that what it got is not whole.
  void reset_on_close();
  [[nodiscard]] bool lingering() const { return lingering_; }

  const ListenerId listener;  // through which it came
  Exchange* exchange = nullptr;
  std::size_t slot = 0;  // in the worker's list
  Instant idle_since;    // the last answer's end; bytes that are no request do not count

 private:
  void drop_input();

  Worker& worker_;
  io::Fd fd_;
  std::string peer_;
  bool lingering_ = false;
  std::size_t dropped_ = 0;
};

}  // namespace headroom::gateway
