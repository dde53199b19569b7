// What demand was in each minute of the last days: a character a minute, read by logarithm.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace headroom::scale {

constexpr int minutes_a_day = 1440;
constexpr std::size_t past_days_kept = 21;

/// The highest mean of 30 s in each minute of a day.
struct PastDay {
  std::int64_t day = 0;      // of local time, counted from the Unix epoch
  int top = 0;               // 2^top requests/s is the highest that a character can tell
  std::string minutes;       // minutes_a_day of them; ' ' unknown, '!' none, then by twelfths of an
                             // octave, so within 3%; leaves out what JSON would have to escape
  double usual_rise = 0;     // requests/s; what 97.5% of its minutes do not rise by within the lead
  double compared_with = 1;  // today ÷ this day, as of the last hour

  bool operator==(const PastDay&) const = default;
};

/// Requests/s; negative: not known. Requires 0 <= minute < minutes_a_day.
[[nodiscard]] double at(const PastDay& day, int minute);

/// Raises what is known of that minute to `per_second`.
void raise(PastDay& day, int minute, double per_second);

/// Nothing is known of the minutes after `minute` any more.
void forget_after(PastDay& day, int minute);

/// How much higher one was than the other in that minute, in octaves; nothing where either is
/// unknown, or was none.
[[nodiscard]] std::optional<double> octaves_above(const PastDay& one, const PastDay& other,
                                                  int minute);

[[nodiscard]] PastDay unknown_day(std::int64_t day);
/// Whether its characters are as many as a day has minutes, and each of them means something.
[[nodiscard]] bool well_formed(const PastDay& day);

/// Days in a row, oldest first; some may be missing.
using PastDays = std::vector<PastDay>;

/// Where `day` is; days.size() when it is not there.
[[nodiscard]] std::size_t place_of(const PastDays& days, std::int64_t day);

/// Minute `minute` of `day`, where minutes below 0 are of the day before, and those beyond its end
/// of the next one. Negative: not known.
[[nodiscard]] double at(const PastDays& days, std::int64_t day, int minute);

/// Where the newest day but one is like the three before it only when they are turned by an hour,
/// as by a change of clocks: turns all before it. Returns by how many minutes.
int turn_by_an_hour(PastDays& days);

}  // namespace headroom::scale
