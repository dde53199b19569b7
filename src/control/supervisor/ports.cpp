// Choosing free ports.
#include "control/supervisor/ports.h"

#include <fmt/format.h>

#include <algorithm>
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

std::optional<PortRange> stated_ports(const spec::Run& run) {
  if (!run.ports) return std::nullopt;
  return PortRange{run.ports->first, run.ports->last};
}

bool Ports::is_kept(std::uint16_t port) const {
  return std::ranges::any_of(stated_, [port](const PortRange& one) { return one.contains(port); });
}

Result<std::uint16_t> Ports::next(const std::set<std::uint16_t>& taken,
                                  const std::optional<PortRange>& of) {
  const PortRange range = of.value_or(usual_);
  const std::uint32_t size = size_of(range);
  std::uint32_t& offset =
      offsets_.try_emplace(range, static_cast<std::uint32_t>(start_ % size)).first->second;
  for (std::uint32_t tries = 0; tries < size; ++tries) {
    const auto port = static_cast<std::uint16_t>(range.first + offset);
    offset = (offset + 1) % size;
    if (taken.contains(port) || (!of && is_kept(port))) continue;
    const Result<> free = try_port(port);
    if (free) return port;
    if (free.error().code == ErrorCode::exhausted) return std::unexpected(free.error());
  }
  return fail(ErrorCode::unavailable,
              fmt::format("no port of {}-{} is free for another replica", range.first, range.last));
}

}  // namespace headroom::supervisor
