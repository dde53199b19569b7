// Levels of demand as characters, and days that are found by their number.
#include "scale/past_days.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace headroom::scale {
namespace {

constexpr int level_none = 1;
constexpr int level_top = 92;
constexpr int levels_an_octave = 12;
constexpr int top_min = -40;
constexpr int top_max = 60;
constexpr int hour = 60;
/// A day that fits turned leaves at most so much of what it differs by unturned.
constexpr double turned_fits = 0.5;

/// From ' ' on, without '"' and '\'.
constexpr char char_of(int level) {
  int c = ' ' + level;
  if (c >= '"') ++c;
  if (c >= '\\') ++c;
  return static_cast<char>(c);
}

constexpr int level_of(char c) {
  int level = c - ' ';
  if (c > '"') --level;
  if (c > '\\') --level;
  return std::clamp(level, 0, level_top);
}

const std::array<double, level_top + 1>& shares() {
  static const auto table = [] {
    std::array<double, level_top + 1> out{};
    for (int level = level_none + 1; level <= level_top; ++level)
      out[static_cast<std::size_t>(level)] =
          std::exp2(static_cast<double>(level - level_top) / levels_an_octave);
    out[0] = -1;
    return out;
  }();
  return table;
}

int level_at(const PastDay& day, int minute) {
  return level_of(day.minutes[static_cast<std::size_t>(minute)]);
}

/// Makes room for higher demand; what is now too little to be told becomes none.
void raise_top(PastDay& day, int top) {
  const int by = (top - day.top) * levels_an_octave;
  day.top = top;
  for (char& c : day.minutes)
    if (const int level = level_of(c); level > level_none)
      c = char_of(std::max(level_none, level - by));
}

double difference(const PastDays& days, std::size_t newest, int turned) {
  double sum = 0;
  for (int minute = 0; minute < minutes_a_day; ++minute) {
    std::array<double, 3> apart{};
    std::size_t known = 0;
    for (std::size_t back = 1; back <= apart.size(); ++back) {
      const int other = (minute - turned + minutes_a_day) % minutes_a_day;
      const int one = level_at(days[newest], minute);
      const int two = level_at(days[newest - back], other);
      if (one == 0 || two == 0) continue;
      apart[known++] =
          one - two +
          static_cast<double>(days[newest].top - days[newest - back].top) * levels_an_octave;
    }
    if (known < apart.size()) continue;
    std::ranges::sort(apart);
    sum += std::abs(apart[1]);
  }
  return sum;
}

}  // namespace

double at(const PastDay& day, int minute) {
  const int level = level_at(day, minute);
  const double share = shares()[static_cast<std::size_t>(level)];
  return share > 0 ? std::ldexp(share, day.top) : share;
}

void raise(PastDay& day, int minute, double per_second) {
  int level = level_none;
  if (per_second > 0) {
    const double octaves = std::log2(per_second);
    const int top = std::clamp(static_cast<int>(std::ceil(octaves)), top_min, top_max);
    const bool first = day.minutes.find_first_not_of(" !") == std::string::npos;
    if (first)
      day.top = top;
    else if (top > day.top)
      raise_top(day, top);
    const double twelfths = std::round((octaves - day.top) * levels_an_octave);
    level =
        static_cast<int>(std::clamp(level_top + twelfths, double{level_none}, double{level_top}));
  }
  if (level > level_at(day, minute)) day.minutes[static_cast<std::size_t>(minute)] = char_of(level);
}

void forget_after(PastDay& day, int minute) {
  std::fill(day.minutes.begin() + minute + 1, day.minutes.end(), char_of(0));
}

std::optional<double> octaves_above(const PastDay& one, const PastDay& other, int minute) {
  const int level = level_at(one, minute);
  const int base = level_at(other, minute);
  if (level <= level_none || base <= level_none) return std::nullopt;
  return static_cast<double>(level - base) / levels_an_octave + one.top - other.top;
}

PastDay unknown_day(std::int64_t day) {
  return {.day = day, .minutes = std::string(minutes_a_day, char_of(0))};
}

bool well_formed(const PastDay& day) {
  return day.minutes.size() == minutes_a_day && day.top >= top_min && day.top <= top_max &&
         std::ranges::all_of(day.minutes, [](char c) { return c == char_of(level_of(c)); });
}

std::size_t place_of(const PastDays& days, std::int64_t day) {
  return static_cast<std::size_t>(std::ranges::find(days, day, &PastDay::day) - days.begin());
}

double at(const PastDays& days, std::int64_t day, int minute) {
  for (; minute < 0; minute += minutes_a_day) --day;
  for (; minute >= minutes_a_day; minute -= minutes_a_day) ++day;
  const std::size_t place = place_of(days, day);
  return place < days.size() ? at(days[place], minute) : -1;
}

int turn_by_an_hour(PastDays& days) {
  if (days.size() < 5) return 0;
  const std::size_t newest = days.size() - 2;
  const double unturned = difference(days, newest, 0);
  for (const int turned : {-hour, hour}) {
    if (difference(days, newest, turned) >= turned_fits * unturned) continue;
    for (std::size_t i = 0; i < newest; ++i) {
      std::string& minutes = days[i].minutes;
      const int first = (minutes_a_day - turned) % minutes_a_day;
      std::ranges::rotate(minutes, minutes.begin() + first);
    }
    return turned;
  }
  return 0;
}

}  // namespace headroom::scale
