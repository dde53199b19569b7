// Addresses by the C library's grammar, kept in one form.
#include "core/ip.h"

#include <arpa/inet.h>

#include <algorithm>

#include "core/text.h"

namespace headroom {
namespace {

constexpr IpAddress::Bytes v4_prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0};
constexpr std::size_t v4_at = 12;

/// The bits of byte `index` that a prefix of `bits` covers.
std::uint8_t mask(int bits, std::size_t index) {
  const int covered = std::clamp(bits - 8 * static_cast<int>(index), 0, 8);
  return static_cast<std::uint8_t>(0xff00u >> covered);
}

}  // namespace

IpAddress IpAddress::v4(std::span<const std::uint8_t, 4> bytes) {
  IpAddress address(v4_prefix);
  std::ranges::copy(bytes, address.bytes_.begin() + v4_at);
  return address;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  // The C library reads up to a NUL: one inside would hide what follows.
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos) return {};
  std::ranges::copy(text, terminated.begin());
  if (text.find(':') != std::string_view::npos) {
    IpAddress address;
    if (inet_pton(AF_INET6, terminated.data(), address.bytes_.data()) != 1) return {};
    return address;
  }
  std::array<std::uint8_t, 4> bytes;
  if (inet_pton(AF_INET, terminated.data(), bytes.data()) != 1) return {};
  return v4(bytes);
}

bool IpAddress::is_v4() const {
  return std::equal(bytes_.begin(), bytes_.begin() + v4_at, v4_prefix.begin());
}

bool IpAddress::is_loopback() const {
  if (is_v4()) return bytes_[v4_at] == 127;
  return std::all_of(bytes_.begin(), bytes_.end() - 1, [](auto byte) { return byte == 0; }) &&
         bytes_.back() == 1;
}

std::string IpAddress::text() const {
  char out[INET6_ADDRSTRLEN] = "";
  if (is_v4())
    inet_ntop(AF_INET, bytes_.data() + v4_at, out, sizeof out);
  else
    inet_ntop(AF_INET6, bytes_.data(), out, sizeof out);
  return out;
}

std::optional<IpNetwork> IpNetwork::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto base = IpAddress::parse(text.substr(0, slash));
  if (!base) return {};
  IpNetwork network;
  network.base_ = *base;
  if (slash == std::string_view::npos) return network;
  const std::string_view digits = text.substr(slash + 1);
  const bool dotted = text.find(':') == std::string_view::npos;
  const auto bits = parse_integer(digits);
  const bool plain = digits.size() <= 3 && (digits.size() == 1 || !digits.starts_with('0'));
  if (!bits || !plain || *bits < 0 || *bits > (dotted ? 32 : 128)) return {};
  network.bits_ = static_cast<int>(*bits) + (dotted ? 96 : 0);
  return network;
}

bool IpNetwork::contains(const IpAddress& address) const {
  if (address.is_v4() != is_v4()) return false;
  for (std::size_t i = 0; i < base_.bytes().size(); ++i)
    if (((base_.bytes()[i] ^ address.bytes()[i]) & mask(bits_, i)) != 0) return false;
  return true;
}

bool IpNetwork::has_host_bits() const {
  for (std::size_t i = 0; i < base_.bytes().size(); ++i)
    if ((base_.bytes()[i] & ~mask(bits_, i)) != 0) return true;
  return false;
}

bool contains(std::span<const IpNetwork> networks, const IpAddress& address) {
  return std::ranges::any_of(networks,
                             [&](const IpNetwork& network) { return network.contains(address); });
}

}  // namespace headroom
