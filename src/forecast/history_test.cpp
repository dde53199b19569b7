// Gaps, outages, shifts of level.
#include "forecast/history.h"

#include <gtest/gtest.h>

#include <limits>

#include "forecast/made_for_test.h"

namespace headroom::forecast {
namespace {

constexpr std::size_t day = 48;
constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
const Grid grid{.bin_s = 1800, .day = day, .week = 7 * day};

History fed(const std::vector<double>& values) {
  History history(grid, 35 * day);
  for (std::size_t t = 0; t < values.size(); ++t) {
    history.add(values[t]);
    if (t % 12 == 11) (void)history.review();
  }
  return history;
}

double value_at(const History& history, std::size_t back) {
  return history.to_value(history.log_at(history.size() - 1 - back));
}

TEST(History, a_gap_is_filled_with_what_is_usual_then_and_marked) {
  std::vector<double> values = made_days(10, day, 100, 0.01, 1);
  const std::vector<double> whole = values;
  for (std::size_t i = 1; i <= 20; ++i) values[values.size() - i] = unknown;
  const History history = fed(values);
  EXPECT_FALSE(history.known(history.size() - 1));
  EXPECT_TRUE(history.known(history.size() - 21));
  EXPECT_NEAR(value_at(history, 5) / whole[whole.size() - 6], 1, 0.3);
}

TEST(History, silence_of_a_busy_service_is_an_outage_and_no_pattern) {
  std::vector<double> values = made_days(10, day, 100, 0.05, 2);
  for (int i = 0; i < 6; ++i) values.push_back(0);
  const History history = fed(values);
  EXPECT_TRUE(history.outage());
  EXPECT_FALSE(history.known(history.size() - 1));
  EXPECT_GT(value_at(history, 0), 10);
}

TEST(History, an_outage_is_over_when_demand_is_back) {
  std::vector<double> values = made_days(10, day, 100, 0.05, 2);
  const double back = values.back();
  for (int i = 0; i < 6; ++i) values.push_back(0);
  values.push_back(back);
  const History history = fed(values);
  EXPECT_FALSE(history.outage());
  EXPECT_TRUE(history.known(history.size() - 1));
  EXPECT_NEAR(value_at(history, 0), back, 1e-6);
}

TEST(History, silence_that_lasts_a_day_is_how_it_is) {
  std::vector<double> values = made_days(10, day, 100, 0.05, 2);
  values.resize(values.size() + day + 2, 0);
  const History history = fed(values);
  EXPECT_FALSE(history.outage());
  EXPECT_NEAR(value_at(history, 0), 0, 1e-6);
}

TEST(History, silence_that_is_usual_is_no_outage) {
  std::vector<double> values = made_days(10, day, 100, 0.05, 2);
  for (std::size_t t = 0; t < values.size(); ++t)
    if (t % day < 10) values[t] = 0;  // every night
  values.resize(values.size() + 5, 0);
  EXPECT_FALSE(fed(values).outage());
}

TEST(History, a_level_that_shifts_for_good_is_found_near_where_it_did) {
  for (const double factor : {0.4, 2.5}) {
    std::vector<double> values = made_days(14, day, 100, 0.03, 3);
    const std::size_t shifted = values.size() - day - 7;
    for (std::size_t t = shifted; t < values.size(); ++t) values[t] *= factor;
    std::vector<double> logs;
    for (const double value : values) logs.push_back(std::log(value));
    const auto found = level_shift(logs, day);
    ASSERT_TRUE(found) << factor;
    EXPECT_NEAR(static_cast<double>(found->bins_ago), day + 7.0, 4) << factor;
    EXPECT_NEAR(found->by, std::log(factor), 0.2) << factor;
  }
}

TEST(History, neither_weekends_nor_noise_are_a_shift_of_level) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::vector<double> logs;
    for (const double value : made_days(21, day, 100, 0.05, seed)) logs.push_back(std::log(value));
    for (std::size_t end = 9 * day; end <= logs.size(); end += 12)
      ASSERT_FALSE(
          level_shift({logs.begin(), logs.begin() + static_cast<std::ptrdiff_t>(end)}, day))
          << "seed " << seed << ", bin " << end;
  }
}

TEST(History, keeps_its_season_in_step_when_it_forgets) {
  History history(grid, 14 * day);
  const std::vector<double> values = made_days(60, day, 100, 0, 4);
  for (const double value : values) history.add(value);
  EXPECT_LE(history.size(), 28 * day + 1);
  EXPECT_EQ(history.dropped() % (7 * day), 0U);
  EXPECT_EQ(history.dropped() + history.size(), values.size());
  EXPECT_NEAR(value_at(history, 0), values.back(), 1e-6);
  EXPECT_NEAR(history.mean(history.size() - 1, 1), history.log_at(history.size() - 1), 1e-9);
}

TEST(Grid, has_the_seasons_that_the_history_is_long_enough_for) {
  EXPECT_EQ(Grid::of(60, 2 * 1440).day, 0U);
  EXPECT_EQ(Grid::of(60, 3 * 1440).day, 1440U);
  EXPECT_EQ(Grid::of(60, 3 * 1440).week, 0U);
  EXPECT_EQ(Grid::of(3600, 16 * 24).week, 168U);
  EXPECT_EQ(Grid::of(7, 1'000'000).day, 0U);  // a day is no whole number of such bins
  EXPECT_EQ(Grid::of(86400, 1000).day, 0U);
}

}  // namespace
}  // namespace headroom::forecast
