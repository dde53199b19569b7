// The keep-alive connections to one address and the requests that wait for one of them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "load/connection.h"
#include "load/waiting.h"

namespace headroom::load {

/// What the pool tells about each request; `ended` exactly once for every submitted one.
class PoolOwner {
 public:
  /// How a request is to be sent.
  [[nodiscard]] virtual const RequestBytes& bytes_of(const Request& request) const = 0;
  [[nodiscard]] virtual RequestIds::Id id_of(const Request& request) const = 0;
  /// `sent`: when it was handed to a connection; absent when it never was.
  virtual void ended(const Request& request, std::optional<Instant> sent, const Ending& ending) = 0;
  /// The words for a failure, for people.
  virtual void explain(const std::string& error) = 0;

 protected:
  ~PoolOwner() = default;
};

class Pool final : public ConnectionOwner {
 public:
  struct Options {
    io::Address address;
    int connections = 64;  // at most
    Duration timeout{};
  };
  Pool(io::Loop& loop, PoolOwner& owner, const Options& options);

  /// Sends on the connection used last, else opens one, else lets the request wait its turn. May
  /// end requests at once. The owner must not submit from within a failed `ended`.
  void submit(const Request& request);
  /// Ends waiting requests whose time is over. Call every few milliseconds.
  void expire();
  /// Ends everything: waiting requests and those under way.
  void interrupt();

  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
  [[nodiscard]] std::uint64_t connections_opened() const { return opened_; }
  [[nodiscard]] const io::Address& address() const { return options_.address; }

  void on_connected(Connection& connection) override;
  void on_connect_failed(Connection& closed, int error) override;
  void on_ended(Connection& connection, const Ending& ending) override;
  void on_idle_closed(Connection& closed) override;

 private:
  void dispatch();
  bool open_one();
  void fail_front(Reason reason, const std::string& error);
  void put_idle(Connection& connection);
  Connection& take_idle();

  io::Loop& loop_;
  PoolOwner& owner_;
  const Options options_;
  Waiting waiting_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<Connection*> idle_;    // the last one is the most recently used
  std::vector<Connection*> closed_;  // to be opened again
  std::size_t connecting_ = 0;
  std::uint64_t opened_ = 0;
  bool interrupted_ = false;
};

}  // namespace headroom::load
