// Moments as people write and read them.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "core/time.h"

namespace headroom::report {

/// "2026-11-21T10:00:00Z" or with "+01:00" (RFC 3339), seconds since the Unix epoch, or "-30s":
/// so long before `end`.
[[nodiscard]] Result<WallTime> parse_when(std::string_view text, WallTime end);

/// RFC 3339 in UTC to the millisecond: "2026-11-21T10:00:00.250Z".
[[nodiscard]] std::string format_when(WallTime time);

/// Only the time of day in UTC: "10:00:00".
[[nodiscard]] std::string format_time_of_day(WallTime time);

}  // namespace headroom::report
