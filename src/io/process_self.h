// What this process costs its machine.
#pragma once

#include <cstdint>
#include <optional>

#include "core/time.h"

namespace headroom::io {

/// What is not to be had at the moment is absent: reading /proc takes a descriptor.
struct ProcessSelf {
  Duration cpu{};  // user and system time so far
  std::optional<std::int64_t> resident_bytes;
  std::optional<std::int64_t> virtual_bytes;
  std::int64_t open_descriptors = 0;
  std::int64_t descriptors_max = 0;
};
[[nodiscard]] ProcessSelf look_at_self();

/// When this process began; the same at each call.
[[nodiscard]] WallTime own_start();

}  // namespace headroom::io
