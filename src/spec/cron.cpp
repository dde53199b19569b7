// Reading cron's fields, and going back through the calendar by them.
#include "spec/cron.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <span>
#include <vector>

#include "core/text.h"

namespace headroom::spec {
namespace {

using std::chrono::days;
using std::chrono::minutes;

constexpr std::array<std::string_view, 12> month_names{"jan", "feb", "mar", "apr", "may", "jun",
                                                       "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> day_names{"sun", "mon", "tue", "wed",
                                                    "thu", "fri", "sat"};

struct Field {
  std::string_view name;
  int min;
  int max;
  std::span<const std::string_view> names;  // the first one stands for `min`
};

constexpr std::array fields{Field{"minute", 0, 59, {}}, Field{"hour", 0, 23, {}},
                            Field{"day of month", 1, 31, {}}, Field{"month", 1, 12, month_names},
                            Field{"day of week", 0, 7, day_names}};

std::unexpected<Error> refused(const Field& field, std::string_view item) {
  std::string allowed = fmt::format("{} to {}", field.min, field.max);
  if (!field.names.empty())
    allowed += fmt::format(" or {} to {}", field.names.front(), field.names.back());
  return fail(ErrorCode::invalid,
              fmt::format("{}: found '{}', allowed *, {}, and lists, ranges and steps of them "
                          "such as 1,3, 1-5 and */2",
                          field.name, printable(item), allowed));
}

std::optional<int> value_of(const Field& field, std::string_view text) {
  for (std::size_t i = 0; i < field.names.size(); ++i)
    if (equal_ignore_case(text, field.names[i])) return field.min + static_cast<int>(i);
  const auto number = parse_integer(text);
  if (!number || *number < field.min || *number > field.max) return std::nullopt;
  return static_cast<int>(*number);
}

/// One of the parts between commas: `*`, a value or a range, with a step or without.
Result<std::uint64_t> parse_item(const Field& field, std::string_view item) {
  const std::size_t slash = item.find('/');
  const std::string_view range = item.substr(0, slash);
  std::int64_t step = 1;
  if (slash != std::string_view::npos) {
    const auto number = parse_integer(item.substr(slash + 1));
    if (!number || *number < 1 || *number > field.max) return refused(field, item);
    step = *number;
  }
  int first = field.min;
  // Sunday is 0 and 7: a star goes over it once.
  int last = field.names.size() == day_names.size() ? field.max - 1 : field.max;
  if (range != "*") {
    const std::size_t dash = range.find('-');
    const auto low = value_of(field, range.substr(0, dash));
    const auto high =
        dash == std::string_view::npos ? low : value_of(field, range.substr(dash + 1));
    if (!low || !high || *high < *low) return refused(field, item);
    first = *low;
    // "5/15" goes on to the end.
    if (dash != std::string_view::npos || slash == std::string_view::npos) last = *high;
  }
  std::uint64_t bits = 0;
  for (std::int64_t value = first; value <= last; value += step) bits |= std::uint64_t{1} << value;
  return bits;
}

Result<std::uint64_t> parse_field(const Field& field, std::string_view text) {
  std::uint64_t bits = 0;
  for (const std::string_view item : split(text, ',')) bits |= TRY(parse_item(field, item));
  return bits;
}

/// Whether any of the months has any of the days; February has its 29th in some years.
bool comes(const Cron& cron) {
  constexpr std::array lengths{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  for (std::size_t month = 1; month <= lengths.size(); ++month)
    if ((cron.months >> month & 1) != 0 && std::countr_zero(cron.days) <= lengths.at(month - 1))
      return true;
  return cron.either_day;
}

bool names_day(const Cron& cron, std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  if ((cron.months >> static_cast<unsigned>(date.month()) & 1) == 0) return false;
  const bool of_month = (cron.days >> static_cast<unsigned>(date.day()) & 1) != 0;
  const bool of_week = (cron.weekdays >> std::chrono::weekday(day).c_encoding() & 1) != 0;
  return cron.either_day ? of_month || of_week : of_month && of_week;
}

/// The highest bit up to `max`; negative when there is none.
int highest(std::uint64_t bits, std::int64_t max) {
  if (max < 0) return -1;
  if (max < 63) bits &= (std::uint64_t{1} << (max + 1)) - 1;
  return static_cast<int>(std::bit_width(bits)) - 1;
}

/// The last named minute of a day that is not after `until`, both counted from midnight.
std::optional<minutes> last_of_day(const Cron& cron, minutes until) {
  const auto hour_max = until / minutes(60);
  int hour = highest(cron.hours, hour_max);
  if (hour < 0) return std::nullopt;
  if (hour == hour_max) {
    const int minute = highest(cron.minutes, until.count() % 60);
    if (minute >= 0) return minutes(60 * hour + minute);
    hour = highest(cron.hours, hour - 1);
    if (hour < 0) return std::nullopt;
  }
  return minutes(60 * hour + highest(cron.minutes, 59));
}

}  // namespace

Result<Cron> parse_cron(std::string_view text) {
  std::vector<std::string_view> parts = split(text, ' ');
  std::erase_if(parts, [](std::string_view part) { return part.empty(); });
  if (parts.size() != fields.size())
    return fail(ErrorCode::invalid,
                fmt::format("found {} fields, allowed five: minute hour day-of-month month "
                            "day-of-week, such as \"0 8 * * mon-fri\"",
                            parts.size()));
  std::array<std::uint64_t, fields.size()> bits{};
  for (std::size_t i = 0; i < fields.size(); ++i)
    bits.at(i) = TRY(parse_field(fields.at(i), parts[i]));
  Cron cron{.text = std::string(text),
            .minutes = bits[0],
            .hours = static_cast<std::uint32_t>(bits[1]),
            .days = static_cast<std::uint32_t>(bits[2]),
            .months = static_cast<std::uint32_t>(bits[3]),
            .weekdays = static_cast<std::uint32_t>((bits[4] | bits[4] >> 7) & 0x7f),
            .either_day = !parts[2].starts_with('*') && !parts[4].starts_with('*')};
  if (!comes(cron))
    return fail(ErrorCode::invalid, fmt::format("day of month: '{}' never comes in month '{}'",
                                                printable(parts[2]), printable(parts[3])));
  return cron;
}

std::optional<LocalTime> last_minute(const Cron& cron, LocalTime after, LocalTime until) {
  const auto from = std::chrono::floor<minutes>(after.time_since_epoch());  // itself excluded
  const auto to = std::chrono::floor<minutes>(until.time_since_epoch());
  for (auto day = std::chrono::floor<days>(to); day + days(1) > from; day -= days(1)) {
    if (!names_day(cron, std::chrono::sys_days(day))) continue;
    const auto minute = last_of_day(cron, std::min<minutes>(to - day, days(1) - minutes(1)));
    if (!minute) continue;
    if (day + *minute <= from) return std::nullopt;
    return LocalTime(day + *minute);
  }
  return std::nullopt;
}

}  // namespace headroom::spec
