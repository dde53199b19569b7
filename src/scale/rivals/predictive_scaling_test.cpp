// AWS predictive scaling by hand, rule by rule. The rules are those of the Application Auto Scaling
// user guide, "How predictive scaling works", and of the API reference,
// PredictiveScalingPolicyConfiguration.
#include "scale/rivals/predictive_scaling.h"

#include <gtest/gtest.h>

#include "scale/rivals/watched_for_test.h"

namespace headroom::rivals {
namespace {

constexpr double hour_s = 3600;

/// 10 a second for each replica.
PredictiveScalingRules rules(int max = 100) {
  PredictiveScalingRules out;
  out.target = 10;
  out.max = max;
  return out;
}

/// Hours 0 to `count` - 1: 100 a second, 400 from 9 to 10 o'clock.
void live(PredictiveScaling& scaling, int count, int from = 0) {
  for (int hour = from; hour < count; ++hour) scaling.hour(hour, hour % 24 == 9 ? 400 : 100);
}

double clock_s(int day, int hour, int minute = 0) {
  return hour_s * (24 * day + hour) + 60 * minute;
}

/// "This metric must have at least 24 hours of data" for a forecast.
TEST(PredictiveScaling, nothing_is_forecast_before_24_hours_are_known) {
  PredictiveScaling scaling(rules());
  live(scaling, 23);
  EXPECT_EQ(scaling.capacity(clock_s(0, 23)), 0);
  live(scaling, 24, 23);
  EXPECT_EQ(scaling.capacity(clock_s(1, 0)), 10);
}

/// Hours without data are no data.
TEST(PredictiveScaling, an_hour_that_was_not_seen_does_not_count_towards_the_24) {
  PredictiveScaling scaling(rules());
  for (int hour = 0; hour < 24; ++hour)
    scaling.hour(hour, hour == 5 ? std::nullopt : std::optional(100.0));
  EXPECT_EQ(scaling.capacity(clock_s(1, 0)), 0);
  scaling.hour(24, 100);
  EXPECT_EQ(scaling.capacity(clock_s(1, 1)), 10);
}

/// "An hourly forecast of capacity requirements": load ÷ target, rounded up, for each hour.
TEST(PredictiveScaling, capacity_is_what_each_hour_needs_at_the_target) {
  PredictiveScaling scaling(rules());
  for (int hour = 0; hour < 24; ++hour) scaling.hour(hour, 100 + hour);
  EXPECT_EQ(scaling.capacity(clock_s(1, 0)), 10);
  EXPECT_EQ(scaling.capacity(clock_s(1, 10, 30)), 11);  // 110 ÷ 10 exactly
  EXPECT_EQ(scaling.capacity(clock_s(1, 11, 30)), 12);  // 111 ÷ 10, rounded up
}

/// SchedulingBufferTime: "defaults to 300 seconds": what 9 o'clock needs is there at 8:55.
TEST(PredictiveScaling, capacity_comes_five_minutes_before_its_hour) {
  PredictiveScaling scaling(rules());
  live(scaling, 24);
  EXPECT_EQ(scaling.capacity(clock_s(1, 8, 54)), 10);
  EXPECT_EQ(scaling.capacity(clock_s(1, 8, 55)), 40);
  EXPECT_EQ(scaling.capacity(clock_s(1, 9, 59)), 40);
  EXPECT_EQ(scaling.capacity(clock_s(1, 10)), 10);
}

/// "The amount of time by which the start can be advanced": another one.
TEST(PredictiveScaling, the_buffer_may_be_any_time_below_an_hour) {
  PredictiveScalingRules early = rules();
  early.buffer_s = 1800;
  PredictiveScaling scaling(early);
  live(scaling, 24);
  EXPECT_EQ(scaling.capacity(clock_s(1, 8, 29)), 10);
  EXPECT_EQ(scaling.capacity(clock_s(1, 8, 30)), 40);
}

/// "For the next 48 hours."
TEST(PredictiveScaling, a_forecast_ends_after_48_hours) {
  PredictiveScaling scaling(rules());
  live(scaling, 24);
  EXPECT_EQ(scaling.capacity(clock_s(2, 23, 30)), 10);
  EXPECT_EQ(scaling.capacity(clock_s(3, 0, 0)), 0);
}

/// "The forecast is updated every 6 hours using the latest data."
TEST(PredictiveScaling, a_forecast_is_renewed_every_six_hours) {
  PredictiveScaling scaling(rules());
  live(scaling, 24);
  for (int hour = 24; hour < 29; ++hour) scaling.hour(hour, 300);
  EXPECT_EQ(scaling.capacity(clock_s(2, 1)), 10);  // as forecast at midnight
  scaling.hour(29, 300);
  EXPECT_EQ(scaling.capacity(clock_s(2, 1)), 20);  // the mean of 100 and 300
}

/// "Up to the past 14 days."
TEST(PredictiveScaling, what_is_older_than_14_days_is_forgotten) {
  PredictiveScaling scaling(rules());
  for (int hour = 0; hour < 24; ++hour) scaling.hour(hour, 900);
  for (int hour = 24; hour < 14 * 24; ++hour) scaling.hour(hour, 100);
  EXPECT_GT(scaling.capacity(clock_s(14, 0)), 10);  // the first day is still among them
  for (int hour = 14 * 24; hour < 15 * 24; ++hour) scaling.hour(hour, 100);
  EXPECT_EQ(scaling.capacity(clock_s(15, 0)), 10);
}

/// Stand-in: with two weeks of history each hour of the week is known twice.
TEST(PredictiveScaling, two_weeks_of_history_tell_the_days_of_the_week_apart) {
  PredictiveScaling scaling(rules());
  for (int hour = 0; hour < 14 * 24; ++hour) scaling.hour(hour, hour / 24 % 7 < 5 ? 300 : 100);
  EXPECT_EQ(scaling.capacity(clock_s(14, 12)), 30);
  PredictiveScaling younger(rules());
  for (int hour = 0; hour < 7 * 24; ++hour) younger.hour(hour, hour / 24 % 7 < 5 ? 300 : 100);
  EXPECT_EQ(younger.capacity(clock_s(7, 12)), 25);  // (5 × 300 + 2 × 100) ÷ 7 ÷ 10, rounded up
}

/// HonorMaxCapacity, the default: "the maximum capacity is enforced as a hard limit".
TEST(PredictiveScaling, the_greatest_capacity_is_honoured) {
  PredictiveScaling scaling(rules(25));
  live(scaling, 24);
  EXPECT_EQ(scaling.capacity(clock_s(1, 9)), 25);
  EXPECT_EQ(scaling.max_capacity(clock_s(1, 9)), 25);
}

/// IncreaseMaxCapacity: "if the buffer is 10 [percent], the forecast capacity is 50 and the maximum
/// capacity is 40, then the effective maximum capacity is 55".
TEST(PredictiveScaling, the_greatest_capacity_may_be_raised_with_a_buffer) {
  PredictiveScalingRules raised = rules(40);
  raised.increase_max = true;
  raised.max_buffer = 0.1;
  PredictiveScaling scaling(raised);
  for (int hour = 0; hour < 24; ++hour) scaling.hour(hour, 500);
  EXPECT_EQ(scaling.capacity(clock_s(1, 0)), 50);
  EXPECT_EQ(scaling.max_capacity(clock_s(1, 0)), 55);
}

/// A gap of weeks leaves nothing to forecast from.
TEST(PredictiveScaling, hours_that_nobody_told_of_are_unknown) {
  PredictiveScaling scaling(rules());
  live(scaling, 24);
  scaling.hour(24 + 14 * 24, 100);
  EXPECT_EQ(scaling.capacity(clock_s(16, 0)), 0);
}

/// A service of 100 requests/s, 400 in the tenth hour of each day.
struct Day {
  static AwsPredictiveConfig config() {
    AwsPredictiveConfig config{.rules = rules(), .tracking = {}};
    config.tracking.rules = {.target = 10, .min = 1, .max = 100};
    return config;
  }
  int until(double end_s) {
    int wanted = 0;
    while (world.time_s < end_s) {
      world.seen.arrivals = world.time_s % 86400 / 3600 == 9 ? 400 : 100;
      wanted = world.second();
      world.ready(std::max(0, wanted - static_cast<int>(world.seen.replicas.size())));
      world.seen.replicas.resize(static_cast<std::size_t>(wanted));
    }
    return wanted;
  }
  AwsPredictive rival{config()};
  Watched world{rival};
};

/// "If the forecast expects an increase in load, predictive scaling will increase the capacity."
TEST(AwsPredictive, raises_before_the_load_does_once_a_day_is_known) {
  Day day;
  day.world.ready(10);
  EXPECT_EQ(day.until(clock_s(0, 9)), 10);      // the first day, nothing is known
  EXPECT_EQ(day.until(clock_s(1, 8, 54)), 10);  // long lowered again
  EXPECT_EQ(day.until(clock_s(1, 8, 56)), 40);  // the second, five minutes ahead
}

/// "If the forecast expects a decrease in load, predictive scaling will not scale in": that is left
/// to target tracking, after its 15 low datapoints; the floor is the forecast's.
TEST(AwsPredictive, leaves_lowering_to_target_tracking_and_holds_the_forecast) {
  Day day;
  day.world.ready(10);
  EXPECT_EQ(day.until(clock_s(1, 10, 14)), 40);
  EXPECT_EQ(day.until(clock_s(1, 10, 16)), 10);
  day.world.seen.arrivals = 0;
  for (int i = 0; i < 3600; ++i) {
    const int wanted = day.world.second();
    day.world.seen.replicas.resize(static_cast<std::size_t>(wanted));
    EXPECT_GE(wanted, 10);  // forecast, though nothing comes
  }
}

/// "Target tracking raises above the forecast" when more comes than was forecast: the higher
/// counts.
TEST(AwsPredictive, target_tracking_raises_above_the_forecast) {
  Day day;
  day.world.ready(10);
  (void)day.until(clock_s(1, 3));
  day.world.seen.arrivals = 200;
  int wanted = 0;
  for (int i = 0; i < 300; ++i) wanted = day.world.second();
  EXPECT_EQ(wanted, 20);
}

}  // namespace
}  // namespace headroom::rivals
