// TCP over IPv4 and IPv6: addresses, listening, connecting without blocking.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/ip.h"
#include "core/result.h"
#include "io/fd.h"

namespace headroom::io {

/// A numeric address and port. "127.0.0.1:8080", "[::1]:8080"; ":8080" means all of IPv4. An IPv4
/// address that IPv6 carries (::ffff:127.0.0.1) is that IPv4 address.
class Address {
 public:
  Address() = default;
  [[nodiscard]] static Result<Address> parse(std::string_view text);
  [[nodiscard]] static Address of(const IpAddress& ip, std::uint16_t port);
  [[nodiscard]] static Address loopback(std::uint16_t port);
  [[nodiscard]] static Address of_peer(const sockaddr_storage& from);

  [[nodiscard]] std::string text() const;  // as parse reads it
  [[nodiscard]] IpAddress ip() const;
  [[nodiscard]] std::string host() const;  // without the port
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] const sockaddr* raw() const { return reinterpret_cast<const sockaddr*>(&bytes_); }
  [[nodiscard]] socklen_t size() const;
  [[nodiscard]] int family() const { return bytes_.ss_family; }

 private:
  sockaddr_storage bytes_{};
};

/// "127.0.0.1:8080, 127.0.0.1:8081"
[[nodiscard]] std::string texts_of(const std::vector<Address>& addresses);

struct ListenOptions {
  bool shared_port = false;  // SO_REUSEPORT: several listeners, the kernel spreads connections
  int backlog = 4096;
};

/// A listening socket, non-blocking. Errors name the address and what stands in the way.
[[nodiscard]] Result<Fd> listen_on(const Address& address, const ListenOptions& options = {});

/// Whether listen_on() could ever succeed: the address is this machine's, and the port may be had.
/// That somebody holds the port now is no error. Disturbs nobody who listens or begins to.
[[nodiscard]] Result<> check_listening(const Address& address);

/// The address a socket is bound to (after listening on port 0).
[[nodiscard]] Result<Address> local_address(int fd);

/// Starts a connection; complete when the socket becomes writable, then ask `connect_result`.
/// TCP_NODELAY is set. ErrorCode::exhausted when it is this machine that has none to give.
[[nodiscard]] Result<Fd> connect_start(const Address& address);

/// 0 once connected, otherwise the errno of the failure.
[[nodiscard]] int connect_result(int fd);

}  // namespace headroom::io
