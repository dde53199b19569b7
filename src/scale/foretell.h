// What the past days say will follow now, whether or not it is believed.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "scale/model.h"

namespace headroom::scale {

/// Moments of past days up to so many minutes earlier or later count as about this time.
constexpr std::array<int, repeat_widths> repeat_minutes = {2, 5, 12};
/// What demand rises by less than that within the lead time is not worth foretelling.
constexpr double repeat_rise = 1.1;

/// Monday is 0. `day` is counted from the Unix epoch.
constexpr std::size_t weekday_of(std::int64_t day) {
  return static_cast<std::size_t>(((day + 3) % 7 + 7) % 7);
}

/// In how many minutes from one on a rise within the lead time shows.
[[nodiscard]] int minutes_ahead(double lead_s);

/// The past days that today is compared with: places in Repeat::days, newest first.
struct AlikeDays {
  std::vector<std::size_t> same_class;    // Monday to Friday, or the weekend
  std::vector<std::size_t> same_weekday;  // of the weeks before
  std::vector<std::size_t> other_class;
  /// Too few of the class are known, so days of any kind stand in for them.
  bool borrowed = false;
  bool weekend = false;
};
[[nodiscard]] AlikeDays alike_days(const Repeat& repeat);

struct Foretold {
  ByTeller agreed{};  // by at least two days: may be acted on
  ByTeller any{};     // by one day too: only to see whether it comes
};
/// What followed within `ahead` minutes on the days alike, about this minute, from a level no
/// higher than `per_second`, and did not come yet today.
[[nodiscard]] Foretold foretold(const Repeat& repeat, const AlikeDays& alike, int ahead,
                                double per_second);

/// What is looked at once a minute: how today compares with each day alike, and whether one of them
/// rose about this time.
void compare_with_past(int ahead, Repeat& repeat);

/// Of the minutes of a day that is over: the rise within `ahead` minutes that 97.5% do not exceed.
[[nodiscard]] double usual_rise_of(const PastDay& day, int ahead);

/// What a day rose to about this time, at the greatest width; for words.
struct PastRise {
  std::size_t place = 0;
  int minute = 0;  // the last before it; may be below 0 or beyond the day's end
  double per_second = 0;
};
/// Those of `days`, places in Repeat::days, that rose.
[[nodiscard]] std::vector<PastRise> rises_about_now(const Repeat& repeat,
                                                    const std::vector<std::size_t>& days,
                                                    int ahead);

}  // namespace headroom::scale
