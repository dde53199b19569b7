// Moments as people and programs read them.
#pragma once

#include <array>
#include <string_view>

#include "core/time.h"

namespace headroom {

/// "2026-11-30T20:15:09.123Z": UTC, to the millisecond that has begun (RFC 3339).
class Rfc3339 {
 public:
  explicit Rfc3339(WallTime time);
  [[nodiscard]] std::string_view text() const { return {text_.data(), text_.size()}; }

 private:
  std::array<char, 24> text_;
};

}  // namespace headroom
