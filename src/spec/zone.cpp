// Zones from Howard Hinnant's date library, and going back through the changes of their clocks.
#include "spec/zone.h"

#include <date/tz.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "core/text.h"
#include "spec/problem.h"

namespace headroom::spec {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using Rules = std::vector<date::time_zone>;

constexpr std::string_view utc = "UTC";
constexpr const char* database = "/usr/share/zoneinfo";  // where the library looks
/// A name for whatever zone the machine is set to: a journal that says so says nothing elsewhere.
constexpr std::string_view of_this_machine = "localtime";

/// Far from the end of what a Duration counts, as local times before it are computed.
constexpr WallTime earliest{std::chrono::ceil<std::chrono::days>(Duration::min()) +
                            std::chrono::days(2)};
constexpr date::sys_seconds must_be_known{seconds(2'098'000'000)};  // mid-2036

date::sys_seconds in_seconds(WallTime moment) {
  return date::sys_seconds(std::chrono::floor<seconds>(moment.time_since_epoch()));
}

std::string_view last_part(std::string_view name) {
  return name.substr(name.rfind('/') + 1);  // npos + 1 is 0
}

std::unexpected<Error> unknown(std::string_view name, const Rules& all) {
  std::vector<std::string_view> known{utc};
  for (const date::time_zone& rules : all)
    if (rules.name() != of_this_machine) known.emplace_back(rules.name());
  auto near = nearest(name, known);
  const auto city = std::ranges::find_if(known, [&](std::string_view candidate) {
    return equal_ignore_case(last_part(candidate), name);
  });
  if (city != known.end()) near = *city;
  return fail(ErrorCode::invalid,
              fmt::format("found '{}', allowed a time zone such as Europe/Berlin or UTC{}",
                          printable(name), near ? fmt::format("; did you mean '{}'?", *near) : ""));
}

std::unexpected<Error> unreadable(std::string_view why) {
  return fail(ErrorCode::unavailable,
              fmt::format("the time zones of this machine cannot be read from {} ({}); install the "
                          "package tzdata, or leave the zone out and give times in UTC",
                          database, trim(why)));
}

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The library stops the process at a file that is not of the format: looked at before it is.
/// RFC 8536: a header and 4-byte data, the same header and 8-byte data, a rule between line ends.
bool is_zone_file(std::string_view file) {
  const std::string_view header = file.substr(0, 5);  // with the version
  return header.starts_with("TZif") && header.back() >= '2' &&
         file.find(header, header.size()) != std::string_view::npos && file.ends_with('\n');
}

/// The rule at the end of the file names summer time, "CET-1CEST,M3.5.0,M10.5.0/3", but the changes
/// are not written out, as the library needs them.
bool lacks_changes(std::string_view file, const date::time_zone& rules) {
  file.remove_suffix(1);
  const bool changes = file.substr(file.rfind('\n') + 1).find(',') != std::string_view::npos;
  const auto then = rules.get_info(must_be_known);
  return changes && then.end - then.begin > date::years(1);
}

}  // namespace

std::string_view Zone::name() const {
  return is_utc() ? utc : std::string_view(rules_->name());
}

Zone::Stretch Zone::stretch(WallTime moment) const {
  if (is_utc()) return {std::min(earliest, moment), {}, {}};
  const date::sys_info now = rules_->get_info(in_seconds(moment));
  if (now.begin <= in_seconds(earliest))
    return {std::min(earliest, moment), now.offset, now.offset};
  return {WallTime(now.begin.time_since_epoch()), now.offset,
          rules_->get_info(now.begin - seconds(1)).offset};
}

Result<Zone> find_zone(std::string_view name) {
  if (name == utc) return Zone();
  try {
    const Rules& all = date::get_tzdb().zones;
    if (all.empty()) return unreadable("it is empty");
    const auto found = std::ranges::find(all, name, &date::time_zone::name);
    if (found == all.end() || name == of_this_machine) return unknown(name, all);
    const std::string file = contents(fmt::format("{}/{}", database, name));
    if (!is_zone_file(file)) return unreadable(fmt::format("'{}' is no time zone", name));
    if (lacks_changes(file, *found))
      return unreadable(fmt::format("'{}' is 'slim', without the changes to come", name));
    return Zone(*found);
  } catch (const std::exception& problem) {
    return unreadable(problem.what());
  }
}

std::optional<WallTime> last_begin(const Cron& cron, const Zone& zone, WallTime after,
                                   WallTime until) {
  constexpr std::uint32_t every_hour = (1U << 24) - 1;
  while (until > after) {
    const auto [begin, ahead, ahead_before] = zone.stretch(until);
    const auto local = [&](WallTime t) { return LocalTime(t.time_since_epoch() + ahead); };
    // The first local time that is new: what the stretch before had already is left out, what
    // clocks jumped over is added.
    const LocalTime first(begin.time_since_epoch() +
                          (cron.hours == every_hour ? ahead : ahead_before));
    LocalTime from = first - minutes(1);
    if (after >= begin) from = std::max(from, local(after));
    if (const auto minute = last_minute(cron, from, local(until)))
      return std::max(begin, WallTime(minute->time_since_epoch() - ahead));
    until = begin - seconds(1);
  }
  return std::nullopt;
}

}  // namespace headroom::spec
