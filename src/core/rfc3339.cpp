// Civil time from nanoseconds.
#include "core/rfc3339.h"

#include <fmt/format.h>

namespace headroom {

Rfc3339::Rfc3339(WallTime time) {
  using std::chrono::days;
  using std::chrono::milliseconds;
  const Duration since = time.time_since_epoch();
  const auto day = std::chrono::floor<days>(since);
  const std::chrono::year_month_day date(std::chrono::sys_days{day});
  const std::chrono::hh_mm_ss<milliseconds> clock(
      std::chrono::duration_cast<milliseconds>(since - day));
  fmt::format_to_n(text_.data(), text_.size(), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
                   static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                   static_cast<unsigned>(date.day()), clock.hours().count(),
                   clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

}  // namespace headroom
