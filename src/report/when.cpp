// RFC 3339, epoch seconds and "so long ago".
#include "report/when.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <optional>

#include "core/text.h"

namespace headroom::report {
namespace {

namespace chrono = std::chrono;

/// The digits of a fixed field, moving past them and the character that must follow.
std::optional<int> field(std::string_view& text, std::size_t digits, std::string_view after) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  if (after.empty()) return value;
  if (text.empty() || after.find(text[0]) == std::string_view::npos) return std::nullopt;
  text.remove_prefix(1);
  return value;
}

std::optional<Duration> fraction(std::string_view& text) {
  if (text.empty() || text[0] != '.') return Duration(0);
  text.remove_prefix(1);
  std::int64_t ns = 0;
  std::int64_t unit = 100'000'000;
  std::size_t digits = 0;
  for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
    ns += (text[digits] - '0') * unit;
    unit /= 10;
  }
  text.remove_prefix(digits);
  return digits == 0 ? std::nullopt : std::optional(Duration(ns));
}

std::optional<Duration> offset(std::string_view text) {
  if (text == "Z" || text == "z") return Duration(0);
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const int sign = text[0] == '+' ? 1 : -1;
  text.remove_prefix(1);
  const auto hours = field(text, 2, ":");
  const auto minutes = hours ? field(text, 2, "") : std::nullopt;
  if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  return sign * (chrono::hours(*hours) + chrono::minutes(*minutes));
}

std::optional<WallTime> rfc3339(std::string_view text) {
  const auto year = field(text, 4, "-");
  const auto month = year ? field(text, 2, "-") : std::nullopt;
  const auto day = month ? field(text, 2, "Tt ") : std::nullopt;
  const auto hour = day ? field(text, 2, ":") : std::nullopt;
  const auto minute = hour ? field(text, 2, ":") : std::nullopt;
  const auto second = minute ? field(text, 2, "") : std::nullopt;
  const auto part = second ? fraction(text) : std::nullopt;
  const auto zone = part ? offset(text) : std::nullopt;
  if (!zone) return std::nullopt;
  const chrono::year_month_day date{chrono::year(*year),
                                    chrono::month(static_cast<unsigned>(*month)),
                                    chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const Duration since_epoch = chrono::sys_days(date).time_since_epoch();
  return WallTime(since_epoch + chrono::hours(*hour) + chrono::minutes(*minute) +
                  chrono::seconds(*second) + *part - *zone);
}

}  // namespace

Result<WallTime> parse_when(std::string_view text, WallTime end) {
  if (text.starts_with('-'))
    if (const auto ago = parse_duration(text.substr(1))) return end - *ago;
  if (const auto epoch = parse_number(text); epoch && std::abs(*epoch) < 9e9)
    return wall_from_unix_ns(static_cast<std::int64_t>(std::llround(*epoch * 1e3)) * 1'000'000);
  if (const auto time = rfc3339(text)) return *time;
  return fail(ErrorCode::invalid,
              fmt::format("'{}' is no moment; write 2026-11-21T10:00:00Z, seconds since 1970, or "
                          "-30s for that long before the end",
                          text));
}

std::string format_when(WallTime time) {
  const chrono::sys_time<Duration> at(time.time_since_epoch());
  const auto day = chrono::floor<chrono::days>(at);
  const chrono::year_month_day date(day);
  const chrono::hh_mm_ss clock(chrono::floor<chrono::milliseconds>(at - day));
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::string format_time_of_day(WallTime time) {
  return format_when(time).substr(11, 8);
}

}  // namespace headroom::report
