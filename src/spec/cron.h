// Cron's five fields: which minutes of the calendar they name, by whatever clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "core/time.h"

namespace headroom::spec {

/// What clocks on the wall show, without their zone.
using LocalTime = std::chrono::local_time<Duration>;

/// Bit n of a field stands for the value n.
struct Cron {
  std::string text;  // as written
  std::uint64_t minutes = 0;
  std::uint32_t hours = 0;
  std::uint32_t days = 0;      // of the month, from 1
  std::uint32_t months = 0;    // from 1
  std::uint32_t weekdays = 0;  // Sunday is 0
  /// Both kinds of days are restricted: then either of them is enough, as in cron.
  bool either_day = false;
};

/// "minute hour day-of-month month day-of-week": `*`, numbers, names of months and days, lists,
/// ranges and steps ("0 8 * * mon-fri"). Day 7 is Sunday too. Fails with a sentence that names the
/// field, also when the date never comes.
[[nodiscard]] Result<Cron> parse_cron(std::string_view text);

/// The last minute that `cron` names and that begins in (after, until].
[[nodiscard]] std::optional<LocalTime> last_minute(const Cron& cron, LocalTime after,
                                                   LocalTime until);

}  // namespace headroom::spec
