// Ports for replicas: of the range that their service states, or of one that the kernel does not
// hand out to outgoing connections.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/result.h"
#include "spec/config.h"

namespace headroom::supervisor {

struct PortRange {
  std::uint16_t first = 20000;
  std::uint16_t last = 29999;

  auto operator<=>(const PortRange&) const = default;
  [[nodiscard]] bool contains(std::uint16_t port) const { return first <= port && port <= last; }
};

/// What a service states, as it is used here.
[[nodiscard]] std::optional<PortRange> stated_ports(const spec::Run& run);

/// 20000–29999, or when the kernel's ephemeral range reaches into it, the larger part of
/// 10000–65535 that the ephemeral range leaves.
[[nodiscard]] PortRange range_beside(const PortRange& ephemeral);

/// The kernel's ephemeral range; 32768–60999 when it cannot be read.
[[nodiscard]] PortRange ephemeral_ports();

/// Hands out ports in turn, so that a port rests as long as possible before it is used again.
class Ports {
 public:
  /// `usual` is for services that state none. `start` is reduced into each range; several
  /// supervisors on one machine should start apart.
  Ports(const PortRange& usual, std::uint64_t start) : usual_(usual), start_(start) {}

  /// Services without a range get no port of these, which others state.
  void keep_for_others(std::vector<PortRange> stated) { stated_ = std::move(stated); }

  /// The next port of the range `of` a service that is not in `taken` and that nobody listens on.
  /// ErrorCode::unavailable: there is none; exhausted: this machine has no descriptor to try one.
  [[nodiscard]] Result<std::uint16_t> next(const std::set<std::uint16_t>& taken,
                                           const std::optional<PortRange>& of = std::nullopt);

 private:
  [[nodiscard]] bool is_kept(std::uint16_t port) const;

  PortRange usual_;
  std::uint64_t start_;
  std::vector<PortRange> stated_;
  std::map<PortRange, std::uint32_t> offsets_;  // of the next port to try
};

}  // namespace headroom::supervisor
