// A forecaster as a decision would use it: minute by minute.
#include "forecast/forecaster.h"

#include <gtest/gtest.h>

#include <limits>

#include "forecast/backtest.h"
#include "forecast/made_for_test.h"

namespace headroom::forecast {
namespace {

constexpr std::size_t day = 96;
constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
const Grid grid{.bin_s = 900, .day = day, .week = 7 * day};

Forecaster fed(const std::vector<double>& values, const Grid& on, std::size_t lead) {
  Forecaster forecaster(on, lead);
  for (const double value : values) {
    forecaster.observe(value);
    if (forecaster.refit_due()) forecaster.refit();
  }
  return forecaster;
}

TEST(Forecaster, with_a_day_and_a_week_beats_every_peer) {
  const LeadScore score = backtest(made_days(35, day, 100, 0.05, 1), grid, 4);
  ASSERT_GT(score.scored, 1000U);
  EXPECT_LT(score.against_best(), 0.97);
  for (const Point peer : {Point::naive, Point::day_naive, Point::week_naive, Point::holt_winters})
    EXPECT_LT(score.against(peer).value_or(9), 0.97) << name_of(peer);
  EXPECT_NEAR(score.covered, 0.9, 0.05);
}

/// Steps of chance that nothing foretells.
std::vector<double> random_walk(std::size_t bins, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> values;
  double log = 5;
  for (std::size_t t = 0; t < bins; ++t) {
    log += 0.02 * random.normal() - 0.001 * (log - 5);
    values.push_back(std::exp(log));
  }
  return values;
}

TEST(Forecaster, refuses_its_models_where_nothing_can_be_foretold) {
  const std::vector<double> values = random_walk(6000, 2);
  const LeadScore score = backtest(values, {.bin_s = 1}, 10);
  EXPECT_LT(score.against_best(), 1.05);
  EXPECT_GT(score.refused[median_place], 0.5);
  EXPECT_NEAR(score.covered, 0.9, 0.05);
  Forecaster forecaster = fed(values, {.bin_s = 1}, 10);
  EXPECT_TRUE(forecaster.forecast().refused(median_place));
}

TEST(Forecaster, says_that_it_has_learned_nothing_and_forecasts_what_is) {
  Forecaster forecaster(grid, 4);
  for (int i = 0; i < 20; ++i) forecaster.observe(50);
  EXPECT_FALSE(forecaster.forecast().learned);
  EXPECT_TRUE(forecaster.forecast().refused(median_place));
  for (const double quantile : forecaster.forecast().quantiles) EXPECT_NEAR(quantile, 50, 1e-6);
}

TEST(Forecaster, the_same_values_give_the_same_forecast) {
  const std::vector<double> values = made_days(20, day, 100, 0.1, 3);
  const Forecaster one = fed(values, grid, 6);
  const Forecaster other = fed(values, grid, 6);
  EXPECT_EQ(one.forecast().quantiles, other.forecast().quantiles);
}

TEST(Forecaster, does_not_learn_an_outage_as_a_pattern) {
  std::vector<double> values = made_days(21, day, 100, 0.03, 4);
  std::vector<double> spoiled = values;
  const std::size_t noon = 20 * day + day / 2;  // of the last day
  for (std::size_t t = noon; t < noon + 8; ++t) spoiled[t - day] = 0;
  values.resize(noon);
  spoiled.resize(noon);
  const double wanted = fed(values, grid, 4).forecast().quantiles[median_place];
  const double found = fed(spoiled, grid, 4).forecast().quantiles[median_place];
  EXPECT_NEAR(found / wanted, 1, 0.1);
}

TEST(Forecaster, goes_on_through_a_gap_and_scores_nothing_in_it) {
  std::vector<double> values = made_days(28, day, 100, 0.05, 5);
  for (std::size_t t = 22 * day; t < 23 * day; ++t) values[t] = unknown;
  const LeadScore score = backtest(values, grid, 4);
  EXPECT_EQ(score.scored, values.size() - scored_from(grid, values.size(), 4) - day);
  EXPECT_LT(score.against_best(), 1);
  values.resize(22 * day + day / 2);
  const Forecaster within = fed(values, grid, 4);
  EXPECT_TRUE(within.forecast().learned);
  EXPECT_GT(within.forecast().quantiles[median_place], 20);
}

TEST(Forecaster, is_right_again_within_a_day_after_a_level_has_shifted) {
  std::vector<double> values = made_days(25, day, 100, 0.03, 6);
  const std::size_t shifted = 21 * day + 20;
  for (std::size_t t = shifted; t < values.size(); ++t) values[t] *= 2.5;
  Forecaster forecaster(grid, day / 2);
  double error = 0;
  double count = 0;
  for (std::size_t t = 0; t < values.size(); ++t) {
    forecaster.observe(values[t]);
    if (forecaster.refit_due()) forecaster.refit();
    const std::size_t then = t + day / 2;
    if (t < shifted + day || then >= values.size()) continue;
    error += std::abs(std::log(forecaster.forecast().quantiles[median_place] / values[then]));
    ++count;
  }
  EXPECT_LT(error / count, 0.1);
}

TEST(Forecaster, quantiles_are_in_order_never_negative_and_bounded) {
  Random random(7);
  std::vector<double> values;
  for (int t = 0; t < 4000; ++t)
    values.push_back(random.uniform() < 0.7 ? 0 : random.exponential(3));
  Forecaster forecaster(Grid::of(300, values.size()), 2);
  for (const double value : values) {
    forecaster.observe(value);
    if (forecaster.refit_due()) forecaster.refit();
    const Quantiles& quantiles = forecaster.forecast().quantiles;
    ASSERT_GE(quantiles.front(), 0) << "seed 7";
    for (std::size_t i = 1; i < grid_size; ++i) ASSERT_GE(quantiles[i], quantiles[i - 1]);
    ASSERT_LT(quantiles.back(), 1000);
  }
}

}  // namespace
}  // namespace headroom::forecast
