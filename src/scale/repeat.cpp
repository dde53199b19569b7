// Days by minute, what they foretell, and whether it is believed.
#include "scale/repeat.h"

#include <algorithm>
#include <chrono>

#include "scale/foretell.h"
#include "scale/repeat_proof.h"

namespace headroom::scale {
namespace {

/// A clock that goes back by less may repeat minutes; one that goes back further was wrong.
constexpr std::int64_t back_most = 120;

std::int64_t minute_of(const Repeat& repeat) {
  return repeat.days.back().day * minutes_a_day + repeat.minute;
}

void end_day(int ahead, Repeat& repeat) {
  repeat.days.back().usual_rise = usual_rise_of(repeat.days.back(), ahead);
  fade_proofs(repeat);
}

void begin_day(std::int64_t day, Repeat& repeat) {
  repeat.days.push_back(unknown_day(day));
  turn_proofs(turn_by_an_hour(repeat.days), repeat);
  if (repeat.days.size() > past_days_kept + 1) repeat.days.erase(repeat.days.begin());
}

/// What was learned by a clock that was ahead is of no known time.
void go_back_to(std::int64_t day, int minute, bool was_wrong, Repeat& repeat) {
  std::erase_if(repeat.days, [&](const PastDay& one) { return one.day > day; });
  if (was_wrong && !repeat.days.empty() && repeat.days.back().day == day)
    forget_after(repeat.days.back(), minute);
}

void go_to(std::int64_t minute, int ahead, Repeat& repeat) {
  const std::int64_t day = minute / minutes_a_day;
  const int of_day = static_cast<int>(minute % minutes_a_day);
  if (!repeat.days.empty() && minute < minute_of(repeat))
    go_back_to(day, of_day, minute_of(repeat) - minute > back_most, repeat);
  if (!repeat.days.empty() && repeat.days.back().day < day) end_day(ahead, repeat);
  if (repeat.days.empty() || repeat.days.back().day < day) begin_day(day, repeat);
  repeat.minute = of_day;
}

}  // namespace

void learn_repeat(const RepeatTick& tick, Repeat& repeat) {
  const int ahead = minutes_ahead(tick.lead_s);
  const bool known = !repeat.days.empty();
  const std::int64_t before = known ? minute_of(repeat) : 0;
  repeat.unseen_s = 0;
  repeat.from_per_second = tick.per_second;
  repeat.expected_per_second = 0;
  go_to(tick.minute, ahead, repeat);
  raise(repeat.days.back(), repeat.minute, tick.mean_of_30s);
  if (!known || minute_of(repeat) != before) compare_with_past(ahead, repeat);

  const AlikeDays alike = repeat.near ? alike_days(repeat) : AlikeDays{};
  const Foretold told = repeat.near ? foretold(repeat, alike, ahead, tick.per_second) : Foretold{};
  prove_foretold({.per_second = tick.per_second,
                  .tick_s = tick.tick_s,
                  .lead_s = tick.lead_s,
                  .permitted = tick.permitted,
                  .counts = tick.tells && !alike.borrowed},
                 told.any, repeat);
  if (!repeat.near) return;
  for (const std::size_t teller : believed_tellers(repeat))
    repeat.expected_per_second = std::max(repeat.expected_per_second, told.agreed[teller]);
}

void pass_over(double tick_s, double lead_s, Repeat& repeat) {
  repeat.unseen_s += tick_s;
  repeat.pending.clear();
  repeat.tellings = {};
  if (repeat.unseen_s > lead_s) repeat.expected_per_second = 0;
}

spec::Zone zone_of(const ServicePolicy& policy) {
  for (const spec::Event& event : policy.scale.calendar)
    if (!event.zone.is_utc()) return event.zone;
  return {};
}

std::int64_t local_minute(const ServicePolicy& policy, WallTime wall) {
  const spec::Zone zone = zone_of(policy);
  const Duration ahead = zone.is_utc() ? Duration{} : zone.stretch(wall).ahead;
  return std::chrono::floor<std::chrono::minutes>(wall.time_since_epoch() + ahead).count();
}

}  // namespace headroom::scale
