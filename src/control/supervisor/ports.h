// Ports for replicas, from a range that the kernel does not hand out to outgoing connections.
#pragma once

#include <cstdint>
#include <set>

#include "core/result.h"

namespace headroom::supervisor {

struct PortRange {
  std::uint16_t first = 20000;
  std::uint16_t last = 29999;

  bool operator==(const PortRange&) const = default;
};

/// 20000–29999, or when the kernel's ephemeral range reaches into it, the larger part of
/// 10000–65535 that the ephemeral range leaves.
[[nodiscard]] PortRange range_beside(const PortRange& ephemeral);

/// The kernel's ephemeral range; 32768–60999 when it cannot be read.
[[nodiscard]] PortRange ephemeral_ports();

/// Hands out ports in turn, so that a port rests as long as possible before it is used again.
class Ports {
 public:
  /// `start` is reduced into the range; several supervisors on one machine should start apart.
  Ports(const PortRange& range, std::uint64_t start);

  /// The next port that is not in `taken` and that nobody listens on. ErrorCode::exhausted: this
  /// machine has no descriptor to try one.
  [[nodiscard]] Result<std::uint16_t> next(const std::set<std::uint16_t>& taken);

 private:
  PortRange range_;
  std::uint32_t offset_;
};

}  // namespace headroom::supervisor
