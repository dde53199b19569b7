// One worker's connections to one replica.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "gateway/replica.h"
#include "io/fd.h"
#include "io/loop.h"
#include "protect/pace.h"

namespace headroom::gateway {

class Exchange;
class Upstream;

/// A connection to a replica: lent to one exchange at a time, or idle in its upstream's pool.
class UpstreamConnection final : public io::Watcher {
 public:
  UpstreamConnection(io::Loop& loop, std::shared_ptr<Upstream> upstream, io::Fd fd);
  ~UpstreamConnection();
  UpstreamConnection(const UpstreamConnection&) = delete;
  UpstreamConnection& operator=(const UpstreamConnection&) = delete;

  void on_events(std::uint32_t events) override;

  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] Upstream& upstream() { return *upstream_; }

  Exchange* exchange = nullptr;  // the borrower; null while idle
  bool connected = false;
  bool reused = false;  // has carried an exchange before the present one
  Instant idle_since{};

 private:
  io::Loop& loop_;
  std::shared_ptr<Upstream> upstream_;
  io::Fd fd_;
};

/// The pool. The most recently used connection is lent first, so that surplus ones grow old.
class Upstream : public std::enable_shared_from_this<Upstream> {
 public:
  static constexpr std::size_t idle_max = 128;
  static constexpr Duration idle_longest = std::chrono::seconds(20);

  Upstream(io::Loop& loop, std::shared_ptr<Replica> replica)
      : loop_(loop), replica_(std::move(replica)) {}

  [[nodiscard]] Replica& replica() const { return *replica_; }
  [[nodiscard]] const std::shared_ptr<Replica>& shared_replica() const { return replica_; }

  bool healthy = true;  // as published

  protect::Paced paced;  // as this worker saw it

  /// An idle connection, or null.
  [[nodiscard]] std::unique_ptr<UpstreamConnection> take_idle();
  /// A new connection that is being established. ErrorCode::exhausted: no fault of the replica.
  [[nodiscard]] Result<std::unique_ptr<UpstreamConnection>> connect();
  /// Takes back a connection that is between two exchanges.
  void keep(std::unique_ptr<UpstreamConnection> connection, Instant now);

  void close_idle_since_before(Instant limit);
  void forget(UpstreamConnection& idle);
  /// The replica left the published set: nothing is kept any more.
  void retire(Instant now);
  /// How long ago; negative while it is published.
  [[nodiscard]] Duration retired_for(Instant now) const {
    return retired_at_ ? now - *retired_at_ : Duration(-1);
  }

 private:
  io::Loop& loop_;
  std::shared_ptr<Replica> replica_;
  std::vector<std::unique_ptr<UpstreamConnection>> idle_;
  std::optional<Instant> retired_at_;
};

}  // namespace headroom::gateway
