// One client connection: sends one request at a time and reads its answer.
#pragma once

#include <array>
#include <memory>
#include <string_view>

#include "http/parser.h"
#include "io/loop.h"
#include "io/socket.h"
#include "load/ending.h"
#include "load/request.h"

namespace headroom::load {

class Connection;

/// Told what happens on connections. The connection is closed already where the name says so.
class ConnectionOwner {
 public:
  virtual void on_connected(Connection& connection) = 0;
  virtual void on_connect_failed(Connection& closed, int error) = 0;
  /// The request on it has ended. Open and free for the next one when connection.is_open().
  virtual void on_ended(Connection& connection, const Ending& ending) = 0;
  /// The peer closed it while no request was under way.
  virtual void on_idle_closed(Connection& closed) = 0;

 protected:
  ~ConnectionOwner() = default;
};

class Connection final : public io::Watcher {
 public:
  Connection(io::Loop& loop, ConnectionOwner& owner);
  ~Connection() { close(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Starts connecting. After success exactly one of on_connected, on_connect_failed follows.
  [[nodiscard]] Result<> open(const io::Address& address, Duration timeout);
  /// Requires is_open() and no request under way. on_ended follows exactly once, perhaps at once.
  /// `bytes` must live until then.
  void send(const Request& request, const RequestIds::Id& id, const RequestBytes& bytes,
            Instant now, Duration timeout);
  void close();

  [[nodiscard]] bool is_open() const { return state_ == State::idle || state_ == State::busy; }
  [[nodiscard]] bool is_busy() const { return state_ == State::busy; }
  [[nodiscard]] const Request& request() const { return request_; }
  [[nodiscard]] Instant sent_at() const { return sent_at_; }

  std::size_t idle_place = 0;  // of the owner: where it stands among the idle ones

  void on_events(std::uint32_t events) override;

 private:
  enum class State : std::uint8_t { closed, connecting, idle, busy };
  // The head of an answer stays at the front; what follows is read behind it, again and again.
  static constexpr std::size_t buffer_bytes = 32 * 1024;

  void finish_connect();
  void flush();
  void receive();
  /// Feeds what was read; false once the request has ended.
  bool feed();
  void see_head();
  void see_close();
  void end_answered(bool reusable);
  void end_failed(Reason reason);
  void on_timeout();

  io::Loop& loop_;
  ConnectionOwner& owner_;
  io::Fd fd_;
  io::Timer timer_;
  State state_ = State::closed;
  bool peer_closed_ = false;
  bool broken_ = false;  // sending met an error: the end of what is read is no orderly end

  Request request_;
  RequestIds::Id id_{};
  const RequestBytes* bytes_ = nullptr;
  std::size_t written_ = 0;
  Instant sent_at_;

  http::ResponseParser parser_;
  Ending answer_;
  bool keep_alive_ = true;
  std::unique_ptr<char[]> buffer_;
  std::size_t filled_ = 0;     // bytes in the buffer
  std::size_t consumed_ = 0;   // of them, by the parser
  std::size_t body_from_ = 0;  // where the head ended; 0: not yet
};

}  // namespace headroom::load
