// Moments as people write and read them.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "core/time.h"

namespace headroom::report {

/// What a written moment stands for, ends included: "10:00:05" is all of that second, as a printed
/// stamp has lost what came after its last digit.
struct When {
  WallTime first;
  WallTime last;
};

/// A date ("2026-11-21T10:00:00Z", core/date.h), a time of day (the last before `end`), seconds
/// since the Unix epoch, or "-30s": so long before `end`.
[[nodiscard]] Result<When> parse_when(std::string_view text, WallTime end);

/// Only the time of day in UTC: "10:00:00".
[[nodiscard]] std::string format_time_of_day(WallTime time);

}  // namespace headroom::report
