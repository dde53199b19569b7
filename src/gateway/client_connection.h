// A client's connection: idle, lent to an exchange, or saying goodbye.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "gateway/generation.h"
#include "gateway/lingering.h"
#include "http/step.h"
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
        source_(peer.ip()),
        peer_(peer.host()),
        source_text_(peer_) {}
  ~ClientConnection();
  ClientConnection(const ClientConnection&) = delete;
  ClientConnection& operator=(const ClientConnection&) = delete;

  void on_events(std::uint32_t events) override;

  [[nodiscard]] int fd() const { return fd_.get(); }
  /// The other end, as the kernel names it.
  [[nodiscard]] const std::string& peer() const { return peer_; }
  /// Who sends the requests: the peer, or the client that it named by the PROXY protocol.
  [[nodiscard]] const IpAddress& source() const { return source_; }
  [[nodiscard]] const std::string& source_text() const { return source_text_; }
  /// Whether the peer passes on bytes of somebody whom it could not name: nobody to be believed.
  [[nodiscard]] bool source_hidden() const { return source_hidden_; }

  /// Whether requests may begin: the header of the PROXY protocol, if there is one, has been read.
  [[nodiscard]] bool opened() const { return opened_; }
  /// Reads the connection's first bytes until it is opened. `complete`: it is now, the bytes
  /// consumed were the header's. `refused`: a malformed header, which is counted. Only a trusted
  /// proxy may send one; from anybody else the first byte is that of a request.
  [[nodiscard]] http::Step open(std::string_view input);

  /// Sends what the kernel holds, then reads and drops what the client still sends: closing at once
  /// would reset the connection and destroy the answer on its way.
  void linger(Instant now);
  /// While it lingers: whether it may end. `longest`: without that a
  /// client that has yet to take bytes took some.
  [[nodiscard]] bool lingered(Instant now, Duration longest);
  /// The client is to see that what it got is not whole.
  void reset_on_close();
  [[nodiscard]] bool lingering() const { return lingering_.has_value(); }

  const ListenerId listener;  // through which it came
  Exchange* exchange = nullptr;
  std::size_t slot = 0;  // in the worker's list
  Instant idle_since;    // the last answer's end; bytes that are no request do not count

 private:
  void drop_input();

  Worker& worker_;
  io::Fd fd_;
  IpAddress source_;
  std::string peer_;
  std::string source_text_;
  bool source_hidden_ = false;
  bool opened_ = false;
  std::optional<Lingering> lingering_;
  std::size_t dropped_ = 0;
};

}  // namespace headroom::gateway
