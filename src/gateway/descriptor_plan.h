// How many client connections the limit of open descriptors carries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/result.h"
#include "spec/config.h"

namespace headroom::gateway {

/// What is kept is kept for replicas, probes, admin and journal: however many clients come, nobody
/// takes a replica for dead because this process could not look.
struct DescriptorPlan {
  std::uint64_t limit = 0;       // of open descriptors, in all
  std::uint64_t reserve = 0;     // of them for everything but clients
  std::int64_t wanted = 0;       // gateway.connections_max of the file
  std::int64_t connections = 0;  // in force

  [[nodiscard]] bool lowered() const { return connections < wanted; }
  /// What was lowered and why, in a line.
  [[nodiscard]] std::string text() const;
};

/// Refused when the limit does not even carry what is kept and one client.
[[nodiscard]] Result<DescriptorPlan> plan_descriptors(const spec::Config& config,
                                                      std::size_t workers, std::uint64_t limit);

}  // namespace headroom::gateway
