// Analogs: moments of past days at about this time and from about this level.
#include "scale/foretell.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace headroom::scale {
namespace {

constexpr std::size_t same_class_max = 7;
constexpr std::size_t same_class_needed = 2;
constexpr std::size_t same_weekday_max = 3;
constexpr int widest = repeat_minutes.back();
constexpr int window = 2 * widest + 1;
constexpr double minute_s = 60;
constexpr int ahead_max = 60;
/// What rises by less than so many deviations of a mean of 30 s may be chance.
constexpr double mean_s = 30;  // which lags an edge by half its length
constexpr double rise_deviations = 4;
/// Demand that is a little below the level of then, or by chance.
constexpr double level_tolerance = 1.1;
constexpr double level_deviations = 2;
/// A rise came when so much of it was reached. At 0.8 the last replicas were let go on the ramp.
constexpr double came_share = 0.9;
/// Days fade by half in so many of their kind: one holiday is forgiven, three are not.
constexpr double days_half = 2.5;
constexpr double agreeing_share = 1.0 / 3;
/// The second highest of three to seven days of ± 20% is within that of the highest.
constexpr double above_second = 1.25;
/// Today ÷ a past day: the median of these minutes before now.
constexpr int compared_from = 75;
constexpr int compared_to = 13;
constexpr int compared_needed = 20;
constexpr double compared_most = 2;
/// Rises that come in more of the minutes of a day are weather, which growth knows better.
constexpr double usual_share = 0.975;
constexpr std::size_t usual_days = 7;

bool is_weekend(std::int64_t day) {
  return weekday_of(day) >= 5;
}

/// What a past day did about this minute of the day.
struct Around {
  std::array<double, window> level{};    // requests/s; negative: not known
  std::array<double, window> highest{};  // within the lead time from there
};

Around around(const Repeat& repeat, std::size_t place, int ahead) {
  Around out;
  const std::int64_t day = repeat.days[place].day;
  std::vector<double> all(static_cast<std::size_t>(window + ahead));
  for (std::size_t i = 0; i < all.size(); ++i) {
    const int minute = repeat.minute - widest + static_cast<int>(i);
    all[i] = minute >= 0 && minute < minutes_a_day ? at(repeat.days[place], minute)
                                                   : at(repeat.days, day, minute);
  }
  for (std::size_t i = 0; i < window; ++i) {
    out.level[i] = all[i];
    const auto next = all.begin() + static_cast<std::ptrdiff_t>(i) + 1;
    out.highest[i] = *std::max_element(next, next + ahead);
  }
  return out;
}

double usual_rise(const Repeat& repeat) {
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t back = 2; back <= repeat.days.size() && count < usual_days; ++back, ++count)
    sum += repeat.days[repeat.days.size() - back].usual_rise;
  return count > 0 ? sum / static_cast<double>(count) : std::numeric_limits<double>::infinity();
}

bool worth_telling(double level, double highest, double usual) {
  if (level < 0) return false;
  const double rise = highest - level;
  return highest > repeat_rise * level &&
         rise > rise_deviations * std::sqrt(std::max(level, 1.0) / mean_s) && rise > usual;
}

/// A rise grows with the level and does not shrink with it: a job adds the same on a quiet day.
double today_of(double level, double highest, double compared) {
  return compared >= 1 ? compared * highest : compared * level + highest - level;
}

/// Today's highest from so many minutes before this one on, up to now.
std::array<double, 2 * window> highest_since(const Repeat& repeat) {
  std::array<double, 2 * window> out{};
  double highest = 0;
  for (std::size_t back = 0; back < out.size(); ++back) {
    const int minute = repeat.minute - static_cast<int>(back);
    highest = std::max(highest, at(repeat.days, repeat.days.back().day, minute));
    out[back] = highest;
  }
  return out;
}

std::array<double, repeat_widths> of_day(const Repeat& repeat, std::size_t place, int ahead,
                                         double usual, double per_second,
                                         const std::array<double, 2 * window>& since) {
  std::array<double, repeat_widths> out{};
  const Around then = around(repeat, place, ahead);
  const double compared = repeat.days[place].compared_with;
  const double reach = level_tolerance * per_second +
                       level_deviations * std::sqrt(std::max(per_second, 0.0) / mean_s);
  for (int i = 0; i < window; ++i) {
    const auto at_i = static_cast<std::size_t>(i);
    const double level = then.level[at_i];
    if (!worth_telling(level, then.highest[at_i], usual) || compared * level > reach) continue;
    const double to = today_of(level, then.highest[at_i], compared);
    for (std::size_t w = 0; w < repeat_widths; ++w) {
      const int off = i - widest;
      if (std::abs(off) > repeat_minutes[w]) continue;
      const auto back = static_cast<std::size_t>(std::max(0, repeat_minutes[w] - off));
      if (since[back] < came_share * to) out[w] = std::max(out[w], to);
    }
  }
  return out;
}

/// Of days, newest first, the highest that enough of them support; 0 where too few do.
double agreed(const std::vector<double>& days, double per_second, int needed) {
  double weight = 1;
  double all = 0;
  double agreeing = 0;
  double first = 0;
  double second = 0;
  int count = 0;
  for (const double to : days) {
    all += weight;
    if (to > repeat_rise * per_second) {
      agreeing += weight;
      ++count;
      second = std::max(second, std::min(first, to));
      first = std::max(first, to);
    }
    weight *= std::exp2(-1 / days_half);
  }
  if (count < needed || agreeing < agreeing_share * all) return 0;
  return count > 1 ? std::min(first, above_second * second) : first;
}

}  // namespace

int minutes_ahead(double lead_s) {
  const double minutes = std::ceil((std::max(0.0, lead_s) + mean_s / 2) / minute_s);
  return static_cast<int>(std::min<double>(ahead_max, 1 + minutes));
}

AlikeDays alike_days(const Repeat& repeat) {
  AlikeDays out;
  if (repeat.days.empty()) return out;
  const std::int64_t today = repeat.days.back().day;
  out.weekend = is_weekend(today);
  std::vector<std::size_t> any;
  for (std::size_t place = repeat.days.size() - 1; place-- > 0;) {
    const std::int64_t day = repeat.days[place].day;
    if (today - day > static_cast<std::int64_t>(past_days_kept)) break;
    if (any.size() < same_class_max) any.push_back(place);
    auto& of_class = is_weekend(day) == out.weekend ? out.same_class : out.other_class;
    if (of_class.size() < same_class_max) of_class.push_back(place);
    if (weekday_of(day) == weekday_of(today) && out.same_weekday.size() < same_weekday_max)
      out.same_weekday.push_back(place);
  }
  out.borrowed =
      out.same_class.size() < same_class_needed && any.size() > out.same_class.size() + 1;
  if (out.borrowed) out.same_class = any;
  return out;
}

Foretold foretold(const Repeat& repeat, const AlikeDays& alike, int ahead, double per_second) {
  Foretold out;
  const double usual = usual_rise(repeat);
  const auto since = highest_since(repeat);
  std::size_t teller = 0;
  for (const auto* days : {&alike.same_class, &alike.same_weekday}) {
    std::array<std::vector<double>, repeat_widths> by_width;
    for (const std::size_t place : *days) {
      const auto to = of_day(repeat, place, ahead, usual, per_second, since);
      for (std::size_t w = 0; w < repeat_widths; ++w) by_width[w].push_back(to[w]);
    }
    for (const auto& told : by_width) {
      out.agreed[teller] = agreed(told, per_second, 2);
      out.any[teller] = std::max(out.agreed[teller], agreed(told, per_second, 1));
      ++teller;
    }
  }
  return out;
}

void compare_with_past(int ahead, Repeat& repeat) {
  const AlikeDays alike = alike_days(repeat);
  const double usual = usual_rise(repeat);
  repeat.near = false;
  const auto rises = [&](std::size_t place) {
    const Around then = around(repeat, place, ahead);
    for (std::size_t i = 0; i < window; ++i)
      if (worth_telling(then.level[i], then.highest[i], usual)) return true;
    return false;
  };
  for (const auto* days : {&alike.same_class, &alike.same_weekday})
    repeat.near = repeat.near || std::ranges::any_of(*days, rises);
  if (!repeat.near) return;
  const PastDay& today = repeat.days.back();
  for (std::size_t place = 0; place + 1 < repeat.days.size(); ++place) {
    std::vector<double> octaves;
    for (int back = compared_from; back >= compared_to; --back)
      if (repeat.minute >= back)
        if (const auto o = octaves_above(today, repeat.days[place], repeat.minute - back))
          octaves.push_back(*o);
    double& compared = repeat.days[place].compared_with;
    compared = 1;
    if (octaves.size() < compared_needed) continue;
    const auto middle = octaves.begin() + static_cast<std::ptrdiff_t>(octaves.size() / 2);
    std::ranges::nth_element(octaves, middle);
    compared = std::clamp(std::exp2(*middle), 1 / compared_most, compared_most);
  }
}

double usual_rise_of(const PastDay& day, int ahead) {
  // In the minutes that are not known nothing rose, as far as is known.
  std::vector<double> rises(minutes_a_day, 0);
  for (int minute = 0; minute + ahead < minutes_a_day; ++minute) {
    const double level = at(day, minute);
    if (level < 0) continue;
    double highest = level;
    for (int later = 1; later <= ahead; ++later)
      highest = std::max(highest, at(day, minute + later));
    rises[static_cast<std::size_t>(minute)] = highest - level;
  }
  const auto place = rises.begin() + static_cast<std::ptrdiff_t>(
                                         usual_share * static_cast<double>(rises.size() - 1));
  std::ranges::nth_element(rises, place);
  return *place;
}

std::vector<PastRise> rises_about_now(const Repeat& repeat, const std::vector<std::size_t>& days,
                                      int ahead) {
  const double usual = usual_rise(repeat);
  std::vector<PastRise> out;
  for (const std::size_t place : days) {
    const Around then = around(repeat, place, ahead);
    PastRise rise{.place = place};
    for (int i = 0; i < window; ++i) {
      const auto at_i = static_cast<std::size_t>(i);
      if (!worth_telling(then.level[at_i], then.highest[at_i], usual)) continue;
      if (rise.per_second <= 0) rise.minute = repeat.minute - widest + i;
      rise.per_second = std::max(rise.per_second, then.highest[at_i]);
    }
    if (rise.per_second > 0) out.push_back(rise);
  }
  return out;
}

}  // namespace headroom::scale
