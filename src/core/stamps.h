// Stamps of recorded series: read, written, and whether they can be seconds.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"

namespace headroom {

/// Seconds as a number, or those since 1970 of a date (core/date.h).
[[nodiscard]] std::optional<double> parse_stamp(std::string_view text);

/// Since 1970; smaller ones count from a start.
[[nodiscard]] bool is_date(double stamp_s);

/// "1791056520 (2026-10-03T19:42:00.000Z)"; the number alone where it counts from a start.
[[nodiscard]] std::string stamp_text(double stamp_s);

/// Refuses stamps that can hardly be seconds since 1970, or a grid that hardly anybody makes in
/// seconds and many make in a smaller unit; says which unit it looks like. `bin`: the step of
/// stamps on a grid; 0: they are on none. Stamps that are dates of our time in seconds are never
/// doubted.
[[nodiscard]] Result<> check_seconds(double first, double last, double bin);

}  // namespace headroom
