// Dates and times of day as people and programs write them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/time.h"

namespace headroom {

/// What a written moment stands for: "2026-11-21T10:00:05" is a second that begins `at` there.
struct Dated {
  WallTime at;
  Duration unit{};
};

/// "2026-11-21T10:00:05.25Z" and its shorter forms, down to "2026-11-21"; a space may stand for the
/// T; and "21/Nov/2026:10:00:05 +0000", as access logs have it. UTC unless a zone is written: Z,
/// UTC, +01:00 or +0100.
[[nodiscard]] std::optional<Dated> parse_date(std::string_view text);

/// "10:00:05.25" or shorter, with a zone or without, on the last day on which it is not after
/// `latest`.
[[nodiscard]] std::optional<Dated> parse_time_of_day(std::string_view text, WallTime latest);

/// As everything that headroom writes has it (core/rfc3339.h): "2026-11-21T10:00:00.250Z".
[[nodiscard]] std::string format_date(WallTime time);

}  // namespace headroom
