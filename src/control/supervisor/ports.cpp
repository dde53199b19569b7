// Choosing free ports.
#include "control/supervisor/ports.h"

#include <fmt/format.h>

#include <fstream>

#include "io/socket.h"

namespace headroom::supervisor {
namespace {

std::uint32_t size_of(const PortRange& range) {
  return static_cast<std::uint32_t>(range.last) - range.first + 1;
}

/// Listening on every IPv4 address fails when anybody listens on any of them, so a replica may
/// bind to its own address or to all.
Result<> try_port(std::uint16_t port) {
  const io::Address any = TRY(io::Address::parse(fmt::format(":{}", port)));
  TRY(io::listen_on(any));
  return {};
}

}  // namespace

PortRange range_beside(const PortRange& ephemeral) {
  const PortRange usual;
  if (ephemeral.last < usual.first || ephemeral.first > usual.last) return usual;
  constexpr std::uint16_t lowest = 10000;
  constexpr std::uint16_t highest = 65535;
  const int below = ephemeral.first - lowest;
  const int above = highest - ephemeral.last;
  if (below <= 0 && above <= 0) return usual;  // it takes everything: only collisions are left
  if (below >= above) return {lowest, static_cast<std::uint16_t>(ephemeral.first - 1)};
  return {static_cast<std::uint16_t>(ephemeral.last + 1), highest};
}

PortRange ephemeral_ports() {
  std::ifstream file("/proc/sys/net/ipv4/ip_local_port_range");
  PortRange range;
  if (!(file >> range.first >> range.last)) return {32768, 60999};
  return range;
}

Ports::Ports(const PortRange& range, std::uint64_t start)
    : range_(range), offset_(static_cast<std::uint32_t>(start % size_of(range))) {}

Result<std::uint16_t> Ports::next(const std::set<std::uint16_t>& taken) {
  for (std::uint32_t tries = 0; tries < size_of(range_); ++tries) {
    const auto port = static_cast<std::uint16_t>(range_.first + offset_);
    offset_ = (offset_ + 1) % size_of(range_);
    if (taken.contains(port)) continue;
    const Result<> free = try_port(port);
    if (free) return port;
    if (free.error().code == ErrorCode::exhausted) return std::unexpected(free.error());
  }
  return fail(ErrorCode::unavailable, "no port is free for another replica");
}

}  // namespace headroom::supervisor
