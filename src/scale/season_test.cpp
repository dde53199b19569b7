// What the time of day says: medians over days, gaps, clocks that run backwards.
#include "scale/season.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "core/random.h"

namespace headroom::scale {
namespace {

constexpr double day_s = 86400;
constexpr std::int64_t begin_s = 20'000LL * 86400;  // a midnight

WallTime at(double s) {
  return wall_from_unix_ns((begin_s * 1'000'000'000) + static_cast<std::int64_t>(s * 1e9));
}

/// Demand by time since a midnight, seen in ticks of 10 s.
Season seen(double from_s, double until_s, const std::function<double(double)>& per_second) {
  Season season;
  for (double t = from_s + 10; t <= until_s; t += 10)
    learn_season(at(t), per_second(t), 10, season);
  return season;
}

double hour_of(double t) {
  return std::fmod(t, day_s) / 3600;
}

/// Ten times as much from 9 to 10 o'clock each day.
double busy_at_nine(double t) {
  return hour_of(t) >= 9 && hour_of(t) < 10 ? 1000 : 100;
}

TEST(Season, what_came_on_two_days_is_expected_on_the_third) {
  const double now = 2 * day_s + 8.9 * 3600;
  const Season season = seen(0, now, busy_at_nine);
  EXPECT_NEAR(season_rise(season, at(now), 720), 900, 1e-9);
  EXPECT_NEAR(season_rise(season, at(now - 1800), 180), 0, 1e-9);
  EXPECT_NEAR(season_rise(season, at(2 * day_s + 9.9 * 3600), 720), -900, 1e-9);
}

TEST(Season, one_day_says_nothing) {
  const double now = day_s + 8.9 * 3600;
  EXPECT_EQ(season_rise(seen(0, now, busy_at_nine), at(now), 720), 0);
  EXPECT_EQ(season_rise({}, at(now), 720), 0);
}

TEST(Season, between_the_middles_of_its_bins_the_rise_is_gradual) {
  const double now = 3 * day_s + 6 * 3600 + 150;
  const auto rising = [](double t) { return 100 + std::fmod(t, day_s) / 10; };
  const Season season = seen(0, now, rising);
  for (const double lead_s : {30.0, 300.0, 600.0, 900.0})
    EXPECT_NEAR(season_rise(season, at(now), lead_s), lead_s / 10, 0.5) << lead_s;
}

TEST(Season, a_burst_or_an_outage_of_one_day_does_not_come_again) {
  const double now = 4 * day_s + 8.9 * 3600;
  for (const double once : {5000.0, 0.0}) {
    const Season season = seen(0, now, [once](double t) {
      return t > 2 * day_s && t < 3 * day_s && hour_of(t) >= 9 && hour_of(t) < 10 ? once : 100;
    });
    EXPECT_NEAR(season_rise(season, at(now), 720), 0, 1e-9) << once;
  }
}

TEST(Season, at_most_a_week_before_this_day_counts) {
  const double now = 20 * day_s + 8.9 * 3600;
  const Season season =
      seen(0, now, [](double t) { return t < 12 * day_s ? busy_at_nine(t) : 100.0; });
  EXPECT_LE(season.days.size(), 8U);
  EXPECT_NEAR(season_rise(season, at(now), 720), 0, 1e-9);
}

TEST(Season, hours_that_were_not_seen_are_left_out) {
  Season season = seen(0, 2 * day_s, busy_at_nine);
  // Away from midnight to noon of the third day; the fourth is seen again.
  for (double t = 2.5 * day_s; t <= 3 * day_s + 8.9 * 3600; t += 10)
    learn_season(at(t), busy_at_nine(t), 10, season);
  EXPECT_NEAR(season_rise(season, at(3 * day_s + 8.9 * 3600), 720), 900, 1e-9);
}

TEST(Season, a_clock_that_was_ahead_holds_nothing_up) {
  const auto quiet = [](double) { return 100.0; };
  for (const double ahead_s : {40 * day_s, 3 * day_s, 5 * 3600.0}) {
    Season season = seen(0, 3 * day_s, quiet);
    for (double t = 3 * day_s; t < 3 * day_s + 600; t += 10)
      learn_season(at(t + ahead_s), 100, 10, season);
    const double now = 7 * day_s + 8.9 * 3600;
    for (double t = 3 * day_s + 610; t <= now; t += 10)
      learn_season(at(t), busy_at_nine(t), 10, season);
    EXPECT_EQ(season.day, (begin_s / 86400) + 7) << ahead_s;
    EXPECT_NEAR(season_rise(season, at(now), 720), 900, 1e-9) << ahead_s;
  }
}

TEST(Season, what_was_seen_by_a_clock_that_was_ahead_is_not_of_that_time) {
  Season season = seen(0, 2 * day_s + 3600, busy_at_nine);
  for (double t = 0; t < 3600; t += 10)
    learn_season(at(2 * day_s + 8 * 3600 + t), 1e6, 10, season);  // by seven hours
  for (double t = 2 * day_s + 2 * 3600; t <= 4 * day_s; t += 10)
    learn_season(at(t), busy_at_nine(t), 10, season);
  for (const auto& day : season.days)
    for (const double per_second : day) EXPECT_LE(per_second, 1000);
}

TEST(Season, a_step_of_the_clock_by_seconds_costs_no_bin) {
  // A leap second that is stepped back, and what NTP sets right, at the worst of times: just after
  // a bin began.
  const double now = 2 * day_s + 8.9 * 3600;
  for (const double back_s : {1.0, 30.0}) {
    Season season;
    double off_s = 0;
    for (double t = 1; t <= now; t += 1) {
      if (t == day_s + 9 * 3600 + 1) off_s = back_s;
      learn_season(at(t - off_s), busy_at_nine(t), 1, season);
    }
    for (const double per_second : season.days[1]) EXPECT_GE(per_second, 0) << back_s;
    EXPECT_NEAR(season_rise(season, at(now), 720), 900, 100) << back_s;
  }
}

TEST(Season, hours_asleep_are_hours_that_were_not_seen) {
  // A machine that is suspended for a night: wall time goes on, the tick after it is one second.
  Season season = seen(0, 2 * day_s + 3600, busy_at_nine);
  learn_season(at(2 * day_s + 9 * 3600 + 1), 5000, 1, season);
  for (double t = 2 * day_s + 9 * 3600 + 10; t <= 3 * day_s; t += 10)
    learn_season(at(t), busy_at_nine(t), 10, season);
  const auto& day = season.days[2];
  for (std::size_t bin = 13; bin < 9 * 12; ++bin) EXPECT_LT(day[bin], 0) << bin;
  EXPECT_NEAR(day[9 * 12], 1000, 20);
}

TEST(Season, more_demand_now_raises_nothing_now) {
  Random random(11);
  const double now = 3 * day_s + 8.9 * 3600;
  const Season season = seen(0, now, busy_at_nine);
  const double rise = season_rise(season, at(now + 1), 720);
  for (int i = 0; i < 100; ++i) {
    Season other = season;
    learn_season(at(now + 1), 1e5 * random.uniform(), 1, other);
    EXPECT_EQ(season_rise(other, at(now + 1), 720), rise);
  }
}

}  // namespace
}  // namespace headroom::scale
