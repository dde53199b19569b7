// Crane's EffectiveHPA over days: when it foresees, and what it does when it cannot.
// Rules: Crane's documentation of the EffectiveHPA and its pkg/prediction/dsp.
#include "scale/rivals/effective_hpa.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "scale/rivals/watched_for_test.h"

namespace headroom::rivals {
namespace {

constexpr int hour_s = 3600;
constexpr int day_s = 24 * hour_s;

EffectiveHpaConfig config_for_test() {
  EffectiveHpaConfig config;
  config.hpa.target = 50;
  config.hpa.bounds = {.min = 1, .max = 100};
  config.hpa.behavior->down.window_s = 60;
  return config;
}

/// Between 500 and 1500 requests/s, highest at 6 o'clock.
std::uint64_t daily(int t) {
  return static_cast<std::uint64_t>(1000 + 500 * std::sin(2 * std::numbers::pi * t / day_s));
}

struct Both {
  explicit Both(const EffectiveHpaConfig& config)
      : rival(config), hpa(config.hpa), world(rival), beside(hpa) {
    world.ready(20);
    beside.ready(20);
  }
  void second(std::uint64_t arrivals) {
    world.seen.arrivals = beside.seen.arrivals = arrivals;
    with = world.second();
    without = beside.second();
  }

  EffectiveHpa rival;
  Hpa hpa;
  Watched world;
  Watched beside;
  int with = 0;
  int without = 0;
};

TEST(EffectiveHpa, sees_the_next_hour_once_it_knows_two_days) {
  Both both(config_for_test());
  for (int t = 0; t < 2 * day_s; ++t) {
    both.second(daily(t));
    ASSERT_EQ(both.with, both.without) << t;
  }
  int ahead = 0;
  for (int t = 2 * day_s; t < 3 * day_s; ++t) {
    both.second(daily(t));
    ASSERT_GE(both.with, both.without) << t;
    if (t == 2 * day_s + 2 * hour_s) ahead = both.with - both.without;
  }
  // At 2 o'clock there are 1250 requests/s, at 3 there will be 1354: two or three replicas more.
  EXPECT_GE(ahead, 2);
  EXPECT_LE(ahead, 4);
}

TEST(EffectiveHpa, when_its_forecast_has_run_out_it_lowers_nothing) {
  EffectiveHpaConfig config = config_for_test();
  config.refresh_minutes = 4 * 24 * 60 / 2;  // at 48 h, then at 96 h
  Both both(config);
  int t = 0;
  for (; t < 3 * day_s; ++t) both.second(daily(t));
  const int then = both.with;
  EXPECT_GE(then, 20);
  for (; t < 3 * day_s + 6 * hour_s; ++t) {
    both.second(100);
    ASSERT_EQ(both.with, then) << t;
  }
  EXPECT_EQ(both.without, 2);
  for (int i = 0; i < hour_s; ++i, ++t) both.second(3000);
  EXPECT_EQ(both.with, 60) << "but it raises";
}

TEST(EffectiveHpa, without_a_period_it_is_the_hpa) {
  Both both(config_for_test());
  std::uint64_t rate = 500;
  for (int t = 0; t < 3 * day_s; ++t) {
    if (t % 1800 == 0) rate = 300 + (rate * 7919 + 13) % 1200;
    both.second(rate);
    ASSERT_EQ(both.with, both.without) << t;
  }
}

TEST(EffectiveHpa, without_data_nothing_changes) {
  Both both(config_for_test());
  for (int t = 0; t < 1000; ++t) both.second(1000);
  both.world.seen.completeness = 0;
  for (int t = 0; t < 1000; ++t) both.second(0);
  EXPECT_EQ(both.with, 20);
}

}  // namespace
}  // namespace headroom::rivals
