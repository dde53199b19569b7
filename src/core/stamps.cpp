// Units of stamps.
#include "core/stamps.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <string_view>

#include "core/csv.h"
#include "core/date.h"
#include "core/text.h"

namespace headroom {
namespace {

struct Unit {
  std::string_view name;
  double in_a_second;
};
constexpr std::array<Unit, 3> smaller_units{
    {{"milliseconds", 1e3}, {"microseconds", 1e6}, {"nanoseconds", 1e9}}};

/// Seconds since 1970 are below this until the year 5138, milliseconds above since 1973.
constexpr double dates_below = 1e11;
constexpr double dates_from = 1e8;  // 1973 in seconds; smaller ones count from a start
constexpr double hour = 3600;
constexpr double day = 86400;
constexpr double near = 0.01;  // a bin that was estimated is not quite whole

/// The unit in which a stamp of our time has this size.
const Unit& unit_of_date(double stamp) {
  for (const Unit& unit : smaller_units)
    if (stamp < dates_below * unit.in_a_second) return unit;
  return smaller_units.back();
}

bool divides(double part, double whole) {
  const double times = whole / part;
  return times > 0.5 && std::abs(times - std::round(times)) <= 1e-9 * times;
}

/// Seconds that people choose: so many bins in a day, whole hours of it, or whole days up to a
/// year.
bool usual_bin(double s) {
  if (s < 1 || s > 366 * day) return false;
  return divides(s, day) || (s <= day && divides(hour, s)) || divides(day, s);
}

std::unexpected<Error> looks_like(std::string_view what, const Unit& unit,
                                  std::string_view otherwise) {
  return fail(ErrorCode::invalid,
              fmt::format("{} {}, which looks like {}: divide it by {:.0f}{}", stamp_column, what,
                          unit.name, unit.in_a_second, otherwise));
}

}  // namespace

std::optional<double> parse_stamp(std::string_view text) {
  if (const auto number = parse_number(text)) return number;
  const auto date = parse_date(text);
  if (!date) return std::nullopt;
  return seconds(date->at.time_since_epoch());
}

bool is_date(double stamp_s) {
  return stamp_s >= dates_from && stamp_s < dates_below;
}

std::string stamp_text(double stamp_s) {
  if (!is_date(stamp_s)) return fmt::format("{}", stamp_s);
  return fmt::format(
      "{} ({})", stamp_s,
      format_date(WallTime(std::chrono::round<std::chrono::milliseconds>(from_seconds(stamp_s)))));
}

Result<> check_seconds(double first, double last, double bin) {
  if (first >= dates_below && last >= dates_below)
    return looks_like(fmt::format("begins at {:.0f}", first), unit_of_date(first), "");
  const bool dates = is_date(first);
  if (dates || usual_bin(std::round(bin))) return {};
  for (const Unit& unit : smaller_units) {
    const double scaled = std::round(bin / unit.in_a_second);
    if (usual_bin(scaled) && std::abs(bin - scaled * unit.in_a_second) <= near * bin)
      return looks_like(fmt::format("has steps of {:.6g}", bin), unit,
                        ", or count the seconds from 1970 where they are right");
  }
  return {};
}

}  // namespace headroom
