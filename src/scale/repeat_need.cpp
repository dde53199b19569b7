// What is expected to come again as a number of replicas, and in words.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "scale/foretell.h"
#include "scale/repeat.h"

namespace headroom::scale {
namespace {

/// All of it however bold forecasts are: what is foreseen is not what the error budget is for.
constexpr double staffing = 0.5;
/// An event can be proposed of what so many days did within so many minutes of each other.
constexpr std::size_t event_days = 4;
constexpr int event_spread = 3;

double replicas_for(double per_second, const Capacity& capacity) {
  const double in_flight = per_second * capacity.latency_s;
  return (in_flight + staffing * std::sqrt(in_flight)) / std::max(1.0, capacity.concurrency);
}

int of_day(int minute) {
  return (minute % minutes_a_day + minutes_a_day) % minutes_a_day;
}

std::string clock_of(int minute) {
  return fmt::format("{}:{:02}", of_day(minute) / 60, of_day(minute) % 60);
}

/// How long the newest day stayed in the upper half of its rise, and the highest it reached then.
struct Stay {
  int minutes = 0;
  double highest = 0;
};

Stay stay_of(const PastDays& days, const PastRise& rise) {
  Stay out;
  const std::int64_t day = days[rise.place].day;
  const double half = (std::max(0.0, at(days, day, rise.minute)) + rise.per_second) / 2;
  bool reached = false;
  for (; out.minutes < minutes_a_day; ++out.minutes) {
    const double now = at(days, day, rise.minute + out.minutes);
    reached = reached || now >= half;
    if (reached && now < half) break;
    out.highest = std::max(out.highest, now);
  }
  return out;
}

/// The entry of scale.calendar that would do the same; empty where none would.
std::string event_in_words(const ServiceModel& model, const AlikeDays& alike,
                           const std::vector<PastRise>& rises, int ahead) {
  if (rises.size() < event_days || alike.borrowed) return {};
  const auto [first, last] = std::ranges::minmax(rises, {}, &PastRise::minute);
  if (last.minute - first.minute > event_spread) return {};
  const Stay stay = stay_of(model.repeat.days, rises.front());
  const bool weekend = alike.weekend;
  const bool all_week = !rises_about_now(model.repeat, alike.other_class, ahead).empty();
  const int begin = of_day(first.minute);
  return fmt::format(
      "; as an event of scale.calendar: {{ cron: \"{} {} * * {}\", for: {}m, at_least: {} }}",
      begin % 60, begin / 60,
      all_week  ? "*"
      : weekend ? "sat,sun"
                : "mon-fri",
      stay.minutes, std::ceil(replicas_for(stay.highest, model.capacity)));
}

std::string words(const ServiceModel& model, double replicas) {
  const Repeat& repeat = model.repeat;
  const int ahead = minutes_ahead(model.lead_s);
  const AlikeDays alike = alike_days(repeat);
  auto rises = rises_about_now(repeat, alike.same_class, ahead);
  auto days = alike.same_class.size();
  if (rises.size() < 2) {
    rises = rises_about_now(repeat, alike.same_weekday, ahead);
    days = alike.same_weekday.size();
  }
  return fmt::format(
      "{} of {} days like this one rose between {} and {}: {} requests/s expected "
      "within {} s need {}{}",
      rises.size(), days, clock_of(repeat.minute - repeat_minutes.back()),
      clock_of(repeat.minute + repeat_minutes.back()), brief(repeat.expected_per_second),
      brief(model.lead_s), in_replicas(replicas), event_in_words(model, alike, rises, ahead));
}

}  // namespace

std::optional<Need> repeat_need(const ServiceModel& model, Explain explain) {
  const double expected = model.repeat.expected_per_second;
  if (expected <= 0) return std::nullopt;
  const double replicas = replicas_for(expected, model.capacity);
  return Need{Rule::repeat, replicas,
              explain == Explain::yes ? words(model, replicas) : std::string()};
}

}  // namespace headroom::scale
