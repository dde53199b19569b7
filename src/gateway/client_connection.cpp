// Client connections.
#include "gateway/client_connection.h"

#include <linux/sockios.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>

#include "gateway/exchange.h"
#include "gateway/worker.h"
#include "http/proxy_header.h"

namespace headroom::gateway {
namespace {

constexpr std::size_t dropped_per_turn = 128 * 1024;
constexpr std::size_t dropped_max = 64 << 20;  // bytes read and dropped before closing anyway

/// Bytes sent that the peer's machine has not acknowledged; 0 where that cannot be told.
int untaken(int fd) {
  int bytes = 0;
  return ioctl(fd, SIOCOUTQ, &bytes) == 0 ? bytes : 0;
}

}  // namespace

ClientConnection::~ClientConnection() {
  worker_.loop().remove(fd_.get(), *this);
}

void ClientConnection::on_events(std::uint32_t events) {
  if (exchange != nullptr) return exchange->on_client(events);
  if (lingering()) return drop_input();
  if ((events & EPOLLIN) != 0) return worker_.begin_exchange(*this, events);
  if ((events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP)) != 0) worker_.close(*this);
}

http::Step ClientConnection::open(std::string_view input) {
  const bool may_send_one = worker_.table()->generation->trusts(source_);
  const http::ProxyHeader header =
      may_send_one ? http::read_proxy_header(input) : http::ProxyHeader{};
  switch (header.found) {
    case http::ProxyHeader::Found::need_more:
      return {http::Event::need_more, 0, {}};
    case http::ProxyHeader::Found::malformed:
      ++worker_.stats().refused[header.reason];
      return {http::Event::refused, 0, {}};
    case http::ProxyHeader::Found::header:
      source_hidden_ = header.hidden;
      if (header.source) source_ = *header.source;
      source_text_ = source_.text();
      break;
    case http::ProxyHeader::Found::none:
      break;
  }
  opened_ = true;
  return {http::Event::complete, header.size, {}};
}

void ClientConnection::linger(Instant now) {
  lingering_.emplace(now);
  shutdown(fd_.get(), SHUT_WR);
  drop_input();
}

bool ClientConnection::lingered(Instant now, Duration longest) {
  return lingering_->over(now, untaken(fd_.get()), longest);
}

void ClientConnection::reset_on_close() {
  const ::linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

void ClientConnection::drop_input() {
  std::array<char, 16 * 1024> bytes;
  const std::size_t before = dropped_;
  ssize_t count = 0;
  while ((count = read(fd_.get(), bytes.data(), bytes.size())) > 0) {
    dropped_ += static_cast<std::size_t>(count);
    if (dropped_ > dropped_max) break;
    if (dropped_ - before >= dropped_per_turn) return worker_.loop().again(*this, EPOLLIN);
  }
  const bool more_may_come = count < 0 && (errno == EAGAIN || errno == EINTR);
  if (!more_may_come) worker_.close(*this);
}

}  // namespace headroom::gateway
