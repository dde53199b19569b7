// Pools of keep-alive connections to replicas.
#include "gateway/upstream.h"

#include <sys/epoll.h>

#include <algorithm>

#include "gateway/exchange.h"

namespace headroom::gateway {

UpstreamConnection::UpstreamConnection(io::Loop& loop, std::shared_ptr<Upstream> upstream,
                                       io::Fd fd)
    : loop_(loop), upstream_(std::move(upstream)), fd_(std::move(fd)) {}

UpstreamConnection::~UpstreamConnection() {
  loop_.remove(fd_.get(), *this);
}

void UpstreamConnection::on_events(std::uint32_t events) {
  if (exchange != nullptr) {
    exchange->on_upstream(events);
  } else if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
    // Idle: the replica closed it, or sent what nobody asked for. Either way it is of no use.
    const std::shared_ptr<Upstream> keep_alive = upstream_;
    keep_alive->forget(*this);
  }
}

std::unique_ptr<UpstreamConnection> Upstream::take_idle() {
  if (idle_.empty()) return nullptr;
  auto connection = std::move(idle_.back());
  idle_.pop_back();
  connection->reused = true;
  return connection;
}

Result<std::unique_ptr<UpstreamConnection>> Upstream::connect() {
  io::Fd fd = TRY(io::connect_start(replica_->address));
  const int raw = fd.get();
  auto connection = std::make_unique<UpstreamConnection>(loop_, shared_from_this(), std::move(fd));
  TRY(loop_.add(raw, EPOLLIN | EPOLLOUT | EPOLLRDHUP, *connection));
  return connection;
}

void Upstream::keep(std::unique_ptr<UpstreamConnection> connection, Instant now) {
  connection->exchange = nullptr;
  connection->idle_since = now;
  if (!retired_at_ && idle_.size() < idle_max) idle_.push_back(std::move(connection));
}

void Upstream::close_idle_since_before(Instant limit) {
  std::erase_if(idle_, [limit](const auto& c) { return c->idle_since < limit; });
}

void Upstream::forget(UpstreamConnection& idle) {
  std::erase_if(idle_, [&idle](const auto& c) { return c.get() == &idle; });
}

void Upstream::retire(Instant now) {
  retired_at_ = now;
  idle_.clear();
}

}  // namespace headroom::gateway
