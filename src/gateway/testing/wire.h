// A plain blocking socket whose every wait ends: what the tests of the gateway speak through.
#pragma once

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "io/eventually_for_test.h"
#include "io/fd.h"
#include "io/socket.h"

namespace headroom::gateway::testing {

class Wire {
 public:
  enum class End { open, closed, reset, silent };

  explicit Wire(io::Fd fd) : fd_(std::move(fd)) {
    const timeval limit{.tv_sec = patience.count(), .tv_usec = 0};
    setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    const int on = 1;
    setsockopt(fd_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }

  /// Connects; `receive_buffer` bytes bounds what the kernel takes for a slow reader.
  [[nodiscard]] static Wire to(const io::Address& address, int receive_buffer = 0) {
    io::Fd fd(socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (receive_buffer > 0)
      setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    const bool connected = connect(fd.get(), address.raw(), address.size()) == 0;
    Wire wire(std::move(fd));
    if (!connected) wire.end_ = End::reset;
    return wire;
  }

  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] End end() const { return end_; }
  [[nodiscard]] bool connected() const { return end_ == End::open; }
  /// Sees every byte that arrives.
  std::function<void(std::string_view)> tap;

  /// False when the other side takes no more.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  /// The last byte and the end of the stream in one segment.
  void send_and_half_close(std::string_view bytes) {
    const int on = 1;
    setsockopt(fd_.get(), IPPROTO_TCP, TCP_CORK, &on, sizeof on);
    send(bytes);
    half_close();
  }
  void half_close() { shutdown(fd_.get(), SHUT_WR); }
  void close() { fd_.reset(); }
  void reset() {
    const linger now{.l_onoff = 1, .l_linger = 0};
    setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    fd_.reset();
  }

  /// Reads up to and with `mark`; nothing when the stream ends before it.
  [[nodiscard]] std::optional<std::string> until(std::string_view mark) {
    std::size_t at = 0;
    while ((at = unread_.find(mark)) == std::string::npos)
      if (!fill()) return std::nullopt;
    return take(at + mark.size());
  }
  [[nodiscard]] std::optional<std::string> exactly(std::size_t count) {
    while (unread_.size() < count)
      if (!fill()) return std::nullopt;
    return take(count);
  }
  /// Everything until the stream ends; end() tells how it did.
  [[nodiscard]] std::string rest() {
    while (fill()) {
    }
    return take(unread_.size());
  }
  /// Whether the other side ended the stream, with nothing more said.
  [[nodiscard]] bool ended() { return rest().empty() && end_ != End::silent; }
  /// Whether nothing at all is there to be read now.
  [[nodiscard]] bool quiet() {
    pollfd ready{.fd = fd_.get(), .events = POLLIN, .revents = 0};
    return unread_.empty() && poll(&ready, 1, 0) == 0;
  }

 private:
  bool fill() {
    std::array<char, 16 * 1024> bytes;
    ssize_t count = 0;
    do count = recv(fd_.get(), bytes.data(), bytes.size(), 0);
    while (count < 0 && errno == EINTR);
    if (count > 0) {
      const std::string_view fresh(bytes.data(), static_cast<std::size_t>(count));
      unread_ += fresh;
      if (tap) tap(fresh);
      return true;
    }
    end_ = count == 0 ? End::closed
                      : (errno == EAGAIN || errno == EWOULDBLOCK ? End::silent : End::reset);
    return false;
  }
  std::string take(std::size_t count) {
    std::string taken = unread_.substr(0, count);
    unread_.erase(0, count);
    return taken;
  }

  io::Fd fd_;
  End end_ = End::open;
  std::string unread_;
};

}  // namespace headroom::gateway::testing
