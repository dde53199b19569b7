// IP addresses and networks as values: read, compared and written without any socket.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace headroom {

/// IPv4 or IPv6. `::ffff:127.0.0.1` is 127.0.0.1: however a socket tells of an address, it is one.
class IpAddress {
 public:
  using Bytes = std::array<std::uint8_t, 16>;

  IpAddress() = default;  // `::`
  explicit IpAddress(const Bytes& bytes) : bytes_(bytes) {}
  [[nodiscard]] static IpAddress v4(std::span<const std::uint8_t, 4> bytes);
  /// "127.0.0.1", "2001:db8::1"; no brackets, port or zone, nothing around it.
  [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);

  [[nodiscard]] bool is_v4() const;
  [[nodiscard]] bool is_loopback() const;
  /// IPv4 as ::ffff:a.b.c.d.
  [[nodiscard]] const Bytes& bytes() const { return bytes_; }
  [[nodiscard]] std::string text() const;  // as parse reads it, in the form of RFC 5952

  bool operator==(const IpAddress&) const = default;

 private:
  Bytes bytes_{};
};

/// An address with the number of bits that count: "10.0.0.0/8", "2001:db8::/32", or one address.
class IpNetwork {
 public:
  [[nodiscard]] static std::optional<IpNetwork> parse(std::string_view text);

  /// Never across families: `::/0` holds no IPv4 address.
  [[nodiscard]] bool contains(const IpAddress& address) const;
  /// Whether bits are set behind the prefix, as in 10.0.0.1/8: something else may be meant.
  [[nodiscard]] bool has_host_bits() const;

 private:
  [[nodiscard]] bool is_v4() const { return bits_ >= 96 && base_.is_v4(); }

  IpAddress base_;
  int bits_ = 128;  // of the 128; for IPv4 96 more than written
};

[[nodiscard]] bool contains(std::span<const IpNetwork> networks, const IpAddress& address);

}  // namespace headroom
