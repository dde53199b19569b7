// What is expected to come again as a number of replicas, and in words.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "scale/foretell.h"
#include "scale/repeat.h"

namespace headroom::scale {
namespace {

/// All of it however bold forecasts are: what is foreseen is not what the error budget is for.
constexpr double staffing = 0.5;
/// An event can be proposed of what so many days did within so many minutes of each other.
constexpr std::size_t event_days = 3;
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

/// The days of the week on which most days that are known rose, as cron names them: of a week that
/// is not known whole those of its class that are not known are as the others. Empty: no such days.
std::string days_in_words(const PastDays& days, const std::vector<PastRise>& rises) {
  std::array<int, 7> known{};
  std::array<int, 7> rose{};
  for (std::size_t place = 0; place + 1 < days.size(); ++place)
    ++known[weekday_of(days[place].day)];
  for (const PastRise& rise : rises) ++rose[weekday_of(days[rise.place].day)];
  std::array<bool, 7> is{};
  for (const auto& [first, last] : {std::pair{0U, 5U}, std::pair{5U, 7U}}) {
    bool some = false;
    bool all = true;
    for (std::size_t i = first; i < last; ++i) {
      is[i] = 2 * rose[i] > known[i];
      some = some || is[i];
      all = all && (is[i] || known[i] == 0);
    }
    for (std::size_t i = first; some && all && i < last; ++i) is[i] = true;
  }
  if (std::ranges::all_of(is, std::identity{})) return "*";
  constexpr std::array names = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
  const bool workdays = std::all_of(is.begin(), is.begin() + 5, std::identity{});
  std::string out = workdays ? "mon-fri" : "";
  for (std::size_t i = workdays ? 5 : 0; i < is.size(); ++i)
    if (is[i]) out += (out.empty() ? "" : ",") + std::string(names[i]);
  return out;
}

/// The entry of scale.calendar that would do the same; empty where none would.
std::string event_in_words(const ServicePolicy& policy, const ServiceModel& model, int ahead) {
  const PastDays& days = model.repeat.days;
  std::vector<std::size_t> past;
  for (std::size_t place = days.size() - 1; place-- > 0;) past.push_back(place);
  const auto rises = rises_about_now(model.repeat, past, ahead);
  if (rises.size() < event_days) return {};
  const auto [first, last] = std::ranges::minmax(rises, {}, &PastRise::minute);
  if (last.minute - first.minute > event_spread) return {};
  const std::string on = days_in_words(days, rises);
  if (on.empty()) return {};
  const Stay stay = stay_of(days, rises.front());
  const int begin = of_day(first.minute);
  const spec::Zone zone = zone_of(policy);
  return fmt::format(
      "; as an event of scale.calendar: {{ cron: \"{} {} * * {}\", {}for: {}m, at_least: {} }}",
      begin % 60, begin / 60, on, zone.is_utc() ? "" : fmt::format("zone: {}, ", zone.name()),
      stay.minutes, std::ceil(replicas_for(stay.highest, model.capacity)));
}

std::string words(const ServicePolicy& policy, const ServiceModel& model, double replicas) {
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
      brief(model.lead_s), in_replicas(replicas), event_in_words(policy, model, ahead));
}

}  // namespace

std::optional<Need> repeat_need(const ServicePolicy& policy, const ServiceModel& model,
                                Explain explain) {
  const double expected = model.repeat.expected_per_second;
  if (expected <= 0) return std::nullopt;
  const double replicas = replicas_for(expected, model.capacity);
  return Need{Rule::repeat, replicas,
              explain == Explain::yes ? words(policy, model, replicas) : std::string()};
}

}  // namespace headroom::scale
