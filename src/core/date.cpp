// Reading and writing dates.
#include "core/date.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "core/rfc3339.h"
#include "core/text.h"

namespace headroom {
namespace {

namespace chrono = std::chrono;

constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Takes one of `any` off the text.
bool skip(std::string_view& text, std::string_view any) {
  if (text.empty() || any.find(text[0]) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

/// Takes exactly so many digits off the text.
std::optional<int> number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits || !std::ranges::all_of(text.substr(0, digits), is_digit))
    return std::nullopt;
  int value = 0;
  for (const char c : text.substr(0, digits)) value = value * 10 + (c - '0');
  text.remove_prefix(digits);
  return value;
}

std::optional<WallTime> midnight(int year, int month, int day) {
  const chrono::year_month_day date{chrono::year(year), chrono::month(static_cast<unsigned>(month)),
                                    chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return WallTime(chrono::sys_days(date).time_since_epoch());
}

/// "2026-11-21".
std::optional<WallTime> iso_day(std::string_view& text) {
  const auto year = number(text, 4);
  if (!year || !skip(text, "-")) return std::nullopt;
  const auto month = number(text, 2);
  if (!month || !skip(text, "-")) return std::nullopt;
  const auto day = number(text, 2);
  return day ? midnight(*year, *month, *day) : std::nullopt;
}

/// "21/Nov/2026".
std::optional<WallTime> log_day(std::string_view& text) {
  const auto day = number(text, 2);
  if (!day || !skip(text, "/")) return std::nullopt;
  const auto* const month = std::ranges::find(months, text.substr(0, 3));
  text.remove_prefix(std::min<std::size_t>(3, text.size()));
  if (month == months.end() || !skip(text, "/")) return std::nullopt;
  const auto year = number(text, 4);
  return year ? midnight(*year, static_cast<int>(month - months.begin()) + 1, *day) : std::nullopt;
}

struct Clock {
  Duration since_midnight{};
  Duration unit{};
};

/// The digits after the point of "05.25".
std::optional<Clock> fraction(std::string_view& text, Clock clock) {
  const std::size_t before = text.size();
  while (!text.empty() && is_digit(text[0])) {
    clock.unit /= 10;  // of more than nine digits the others are below a nanosecond
    clock.since_midnight += clock.unit * (text[0] - '0');
    text.remove_prefix(1);
  }
  clock.unit = std::max(clock.unit, Duration(1));
  return text.size() == before ? std::nullopt : std::optional(clock);
}

/// "10:00", "10:00:05" or "10:00:05.25".
std::optional<Clock> clock_of(std::string_view& text) {
  const auto hour = number(text, 2);
  if (!hour || *hour > 23 || !skip(text, ":")) return std::nullopt;
  const auto minute = number(text, 2);
  if (!minute || *minute > 59) return std::nullopt;
  Clock clock{.since_midnight = chrono::hours(*hour) + chrono::minutes(*minute),
              .unit = chrono::minutes(1)};
  if (!skip(text, ":")) return clock;
  const auto second = number(text, 2);
  if (!second || *second > 60) return std::nullopt;
  clock.since_midnight += chrono::seconds(*second);
  clock.unit = chrono::seconds(1);
  return skip(text, ".") ? fraction(text, clock) : clock;
}

/// What the zone that ends a text is ahead of UTC.
std::optional<Duration> zone_of(std::string_view text) {
  text = trim(text);
  if (text.empty() || text == "Z" || text == "z" || text == "UTC") return Duration(0);
  const int sign = text[0] == '-' ? -1 : 1;
  if (!skip(text, "+-")) return std::nullopt;
  const auto hours = number(text, 2);
  (void)skip(text, ":");
  const auto minutes = hours ? number(text, 2) : std::nullopt;
  if (!minutes || !text.empty() || *hours > 23 || *minutes > 59) return std::nullopt;
  return sign * (chrono::hours(*hours) + chrono::minutes(*minutes));
}

}  // namespace

std::optional<Dated> parse_date(std::string_view text) {
  const bool of_log = text.size() > 2 && text[2] == '/';
  const auto day = of_log ? log_day(text) : iso_day(text);
  if (!day) return std::nullopt;
  if (text.empty()) return Dated{.at = *day, .unit = chrono::days(1)};
  if (!skip(text, of_log ? ":" : "Tt ")) return std::nullopt;
  const auto clock = clock_of(text);
  const auto zone = clock ? zone_of(text) : std::nullopt;
  if (!zone) return std::nullopt;
  return Dated{.at = *day + clock->since_midnight - *zone, .unit = clock->unit};
}

std::optional<Dated> parse_time_of_day(std::string_view text, WallTime latest) {
  const auto clock = clock_of(text);
  const auto zone = clock ? zone_of(text) : std::nullopt;
  if (!zone) return std::nullopt;
  const auto day = chrono::floor<chrono::days>(latest.time_since_epoch());
  Duration at = Duration(day) + chrono::days(1) + clock->since_midnight - *zone;
  while (at > latest.time_since_epoch()) at -= chrono::days(1);
  return Dated{.at = WallTime(at), .unit = clock->unit};
}

std::string format_date(WallTime time) {
  return std::string(Rfc3339(time).text());
}

}  // namespace headroom
