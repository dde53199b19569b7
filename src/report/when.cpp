// Dates, times of day, epoch seconds and "so long ago".
#include "report/when.h"

#include <fmt/format.h>

#include <cmath>

#include "core/date.h"
#include "core/text.h"

namespace headroom::report {
namespace {

When all_of(const Dated& date) {
  return {.first = date.at, .last = date.at + date.unit - Duration(1)};
}

}  // namespace

Result<When> parse_when(std::string_view text, WallTime end) {
  if (text.starts_with('-'))
    if (const auto ago = parse_duration(text.substr(1))) return When{end - *ago, end - *ago};
  if (const auto epoch = parse_number(text); epoch && std::abs(*epoch) < 9e9) {
    const auto at =
        wall_from_unix_ns(static_cast<std::int64_t>(std::llround(*epoch * 1e3)) * 1'000'000);
    const bool whole = text.find('.') == std::string_view::npos;
    return all_of({.at = at, .unit = std::chrono::milliseconds(whole ? 1000 : 1)});
  }
  if (const auto date = parse_date(text)) return all_of(*date);
  if (const auto time = parse_time_of_day(text, end)) return all_of(*time);
  return fail(ErrorCode::invalid,
              fmt::format("'{}' is no moment; write 2026-11-21T10:00:00Z, 10:00:00 for the last "
                          "one in UTC, seconds since 1970, or -30s for that long before the end",
                          printable(text)));
}

std::string format_time_of_day(WallTime time) {
  return format_date(time).substr(11, 8);
}

}  // namespace headroom::report
