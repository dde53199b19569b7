// TCP addresses, listeners and connections.
#include "io/socket.h"

#include <fmt/format.h>
#include <netinet/tcp.h>

#include <bit>
#include <cerrno>
#include <cstring>

#include "core/text.h"
#include "io/descriptors.h"

namespace headroom::io {
namespace {

sockaddr_in& v4(sockaddr_storage& s) {
  return reinterpret_cast<sockaddr_in&>(s);
}
sockaddr_in6& v6(sockaddr_storage& s) {
  return reinterpret_cast<sockaddr_in6&>(s);
}
const sockaddr_in& v4(const sockaddr_storage& s) {
  return reinterpret_cast<const sockaddr_in&>(s);
}
const sockaddr_in6& v6(const sockaddr_storage& s) {
  return reinterpret_cast<const sockaddr_in6&>(s);
}

void set_option(int fd, int level, int option) {
  const int on = 1;
  setsockopt(fd, level, option, &on, sizeof on);
}

}  // namespace

Result<Address> Address::parse(std::string_view text) {
  const auto wrong = [&] {
    return fail(
        ErrorCode::invalid,
        fmt::format("'{}' is not an address such as 127.0.0.1:8080, [::1]:8080 or :8080", text));
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong();
  const auto port = parse_integer(text.substr(colon + 1));
  if (!port || *port < 0 || *port > 65535) return wrong();
  std::string_view host = text.substr(0, colon);
  const auto port_number = static_cast<std::uint16_t>(*port);
  if (host.empty()) return of(*IpAddress::parse("0.0.0.0"), port_number);
  if (host == "localhost") host = "127.0.0.1";
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  const bool has_colons = host.find(':') != std::string_view::npos;  // as only IPv6 has
  const auto ip = IpAddress::parse(host);
  if (!ip || bracketed != has_colons) return wrong();
  return of(*ip, port_number);
}

Address Address::of(const IpAddress& ip, std::uint16_t port) {
  Address address;
  if (ip.is_v4()) {
    auto& out = v4(address.bytes_);
    out.sin_family = AF_INET;
    out.sin_port = htons(port);
    std::memcpy(&out.sin_addr, ip.bytes().data() + 12, sizeof out.sin_addr);
  } else {
    auto& out = v6(address.bytes_);
    out.sin6_family = AF_INET6;
    out.sin6_port = htons(port);
    std::memcpy(&out.sin6_addr, ip.bytes().data(), sizeof out.sin6_addr);
  }
  return address;
}

Address Address::loopback(std::uint16_t port) {
  return of(*IpAddress::parse("127.0.0.1"), port);
}

Address Address::of_peer(const sockaddr_storage& from) {
  Address address;
  address.bytes_ = from;
  // An IPv4 peer of an IPv6 listener.
  if (const IpAddress ip = address.ip(); from.ss_family == AF_INET6 && ip.is_v4())
    return of(ip, address.port());
  return address;
}

IpAddress Address::ip() const {
  if (family() == AF_INET6) return IpAddress(std::bit_cast<IpAddress::Bytes>(v6(bytes_).sin6_addr));
  return IpAddress::v4(std::bit_cast<std::array<std::uint8_t, 4>>(v4(bytes_).sin_addr));
}

std::string Address::host() const {
  return ip().text();
}

std::uint16_t Address::port() const {
  return ntohs(family() == AF_INET6 ? v6(bytes_).sin6_port : v4(bytes_).sin_port);
}

std::string Address::text() const {
  return family() == AF_INET6 ? fmt::format("[{}]:{}", host(), port())
                              : fmt::format("{}:{}", host(), port());
}

std::string texts_of(const std::vector<Address>& addresses) {
  std::string texts;
  for (const Address& address : addresses) texts += (texts.empty() ? "" : ", ") + address.text();
  return texts;
}

socklen_t Address::size() const {
  return family() == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
}

namespace {

std::unexpected<Error> why_not_listening(const Address& address, int error) {
  if (error == EADDRINUSE) {
    return fail(
        ErrorCode::unavailable,
        fmt::format("cannot listen on {}: another process holds this port", address.text()));
  }
  if (error == EACCES) {
    return fail(ErrorCode::permission,
                fmt::format("cannot listen on {}: ports below 1024 need root or the capability "
                            "CAP_NET_BIND_SERVICE",
                            address.text()));
  }
  return fail(ErrorCode::io,
              fmt::format("cannot listen on {}: {}", address.text(), std::strerror(error)));
}

Result<Fd> bound_socket(const Address& address, const ListenOptions& options) {
  Fd fd(socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd)
    return fail(code_for(errno, ErrorCode::io),
                fmt::format("cannot open a socket: {}", std::strerror(errno)));
  set_option(fd.get(), SOL_SOCKET, SO_REUSEADDR);
  if (options.shared_port) set_option(fd.get(), SOL_SOCKET, SO_REUSEPORT);
  if (bind(fd.get(), address.raw(), address.size()) == 0) return fd;
  return why_not_listening(address, errno);
}

}  // namespace

Result<Fd> listen_on(const Address& address, const ListenOptions& options) {
  Fd fd = TRY(bound_socket(address, options));
  if (listen(fd.get(), options.backlog) == 0) return fd;
  return why_not_listening(address, errno);
}

Result<> check_listening(const Address& address) {
  const Result<Fd> bound = bound_socket(address, {});
  if (bound || bound.error().code == ErrorCode::unavailable) return {};
  return std::unexpected(bound.error());
}

Result<Address> local_address(int fd) {
  sockaddr_storage bytes{};
  socklen_t size = sizeof bytes;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&bytes), &size) != 0)
    return fail(ErrorCode::io,
                fmt::format("cannot read a socket's address: {}", std::strerror(errno)));
  return Address::of_peer(bytes);
}

Result<Fd> connect_start(const Address& address) {
  Fd fd(socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd)
    return fail(code_for(errno, ErrorCode::io),
                fmt::format("cannot open a socket: {}", std::strerror(errno)));
  set_option(fd.get(), IPPROTO_TCP, TCP_NODELAY);
  if (connect(fd.get(), address.raw(), address.size()) == 0 || errno == EINPROGRESS) return fd;
  return fail(code_for(errno, ErrorCode::unavailable),
              fmt::format("cannot connect to {}: {}", address.text(), std::strerror(errno)));
}

int connect_result(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

}  // namespace headroom::io
