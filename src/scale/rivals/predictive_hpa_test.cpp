// The predictive HPA: its smoothing by hand, and what it adds to the HPA.
// Rules: the predictive HPA's user guide, models Holt-Winters; statsmodels' formulae.
#include "scale/rivals/predictive_hpa.h"

#include <gtest/gtest.h>

#include "scale/rivals/watched_for_test.h"

namespace headroom::rivals {
namespace {

std::optional<double> forecast(const std::vector<double>& values, std::size_t season,
                               const Smoothing& smoothing, std::size_t kept = 100) {
  HoltWinters model(season, kept, smoothing);
  for (const double value : values) model.add(value);
  return model.next();
}

/// 0, 1, …, season − 1, again and again, plus `step` for each point.
std::vector<double> saw(std::size_t count, std::size_t season, double step = 0) {
  std::vector<double> values;
  for (std::size_t i = 0; i < count; ++i)
    values.push_back(static_cast<double>(i % season) + step * static_cast<double>(i));
  return values;
}

TEST(HoltWinters, needs_two_seasons_and_ten_points_more_than_one) {
  EXPECT_FALSE(forecast(saw(7, 4), 4, {}));
  EXPECT_FALSE(forecast(saw(13, 4), 4, {})) << "10 + 2 · 2";
  EXPECT_TRUE(forecast(saw(14, 4), 4, {}));
  EXPECT_FALSE(forecast(saw(39, 20), 20, {}));
  EXPECT_TRUE(forecast(saw(40, 20), 20, {}));
}

TEST(HoltWinters, forecasts_are_worked_out_by_hand) {
  struct Case {
    const char* rule;
    std::vector<double> values;
    Smoothing smoothing;
    double expected;
  };
  const Case cases[] = {
      {"a constant goes on", std::vector<double>(20, 7), {.5, .5, .5}, 7},
      {"a season goes on: next is its first", saw(20, 4), {.5, .5, .5}, 0},
      {"next is its third", saw(22, 4), {.5, .5, .5}, 2},
      {"without news nothing is learned: level and season of the first", saw(20, 4), {0, 0, 0}, 0},
      {"without news the trend between the first two seasons goes on, from the first's mean",
       saw(20, 4, 1),
       {0, 0, 0},
       3 + 21 - 1.5 - 1.5},
  };
  for (const Case& one : cases) {
    const auto next = forecast(one.values, 4, one.smoothing);
    ASSERT_TRUE(next) << one.rule;
    EXPECT_NEAR(*next, one.expected, 1e-9) << one.rule;
  }
}

TEST(HoltWinters, one_step_by_the_formulae) {
  // Season 2, the first 14 points 0 2 0 2 …: level 1, trend 0, season −1 +1. Then 5 comes.
  std::vector<double> values = saw(14, 2);
  for (double& value : values) value *= 2;
  values.push_back(5);
  // level = .5 (5 + 1) + .5 · 1 = 3.5; trend = .1 (3.5 − 1) + .9 · 0 = .25; the next season is +1.
  EXPECT_NEAR(forecast(values, 2, {.5, .1, .2}).value(), 3.5 + 0.25 + 1, 1e-9);
  // season = .2 (5 − 1) + .8 · (−1) = 0, seen a step later: 4.75 comes as forecast, and then
  // level = 3.75, trend = .25.
  values.push_back(4.75);
  EXPECT_NEAR(forecast(values, 2, {.5, .1, .2}).value(), 3.75 + 0.25 + 0, 1e-9);
}

TEST(HoltWinters, forgets_what_is_older_than_it_keeps) {
  std::vector<double> values(400, 90);
  for (int i = 0; i < 20; ++i) values.push_back(7);
  EXPECT_NEAR(forecast(values, 4, {.1, .1, .1}, 5).value(), 7, 1e-9);
}

PredictiveHpaConfig config_for_test() {
  PredictiveHpaConfig config;
  config.hpa.target = 50;
  config.hpa.bounds = {.min = 1, .max = 40};
  config.hpa.behavior->down.window_s = 0;
  config.per_sync_period = 4;  // a minute
  config.season_points = 20;
  config.seasons_kept = 3;
  return config;
}

TEST(PredictiveHpa, is_the_hpa_as_long_as_it_knows_too_little) {
  PredictiveHpa rival(config_for_test());
  Hpa hpa(config_for_test().hpa);
  Watched world(rival);
  Watched beside(hpa);
  world.ready(2);
  beside.ready(2);
  for (int t = 0; t < 39 * 60; ++t) {
    world.seen.arrivals = beside.seen.arrivals = static_cast<std::uint64_t>(100 + t % 500);
    ASSERT_EQ(world.second(), beside.second()) << t;
  }
}

TEST(PredictiveHpa, comes_before_a_rise_that_it_has_seen_and_never_below_the_hpa) {
  PredictiveHpa rival(config_for_test());
  Hpa hpa(config_for_test().hpa);
  Watched world(rival);
  Watched beside(hpa);
  world.ready(2);
  beside.ready(2);
  double more = 0;
  for (int t = 0; t < 12'000; ++t) {
    const bool busy = t / 60 % 20 >= 10;
    world.seen.arrivals = beside.seen.arrivals = busy ? 1000 : 100;
    const int with = world.second();
    const int without = beside.second();
    ASSERT_GE(with, without) << t;
    if (t > 6000 && t % 1200 > 540 && t % 1200 < 600) more += with - without;
  }
  EXPECT_GT(more, 0) << "ahead of the rise";
}

TEST(PredictiveHpa, without_data_nothing_changes) {
  PredictiveHpa rival(config_for_test());
  Watched world(rival);
  world.ready(4);
  world.seen.arrivals = 200;
  EXPECT_EQ(world.until(120), 4);
  world.seen.completeness = 0;
  EXPECT_EQ(world.until(1200), 4);
}

}  // namespace
}  // namespace headroom::rivals
