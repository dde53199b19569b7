// Steps ahead of a series.
#include "forecast/outlook.h"

#include <gtest/gtest.h>

#include <limits>

#include "forecast/made_for_test.h"

namespace headroom::forecast {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

Series hours(std::size_t days) {
  return {.start_s = 1000, .bin_s = 3600, .values = made_days(days, 24, 100, 0.05, 1)};
}

TEST(Outlook, coarser_bins_end_where_the_series_does) {
  const Series series{.start_s = 0, .bin_s = 10, .values = {9, 1, 3, 5, unknown, unknown, unknown}};
  const Series coarse = coarser(series, 2);
  EXPECT_EQ(coarse.start_s, 10);
  EXPECT_EQ(coarse.end_s(), 70);
  ASSERT_EQ(coarse.values.size(), 3U);
  EXPECT_EQ(coarse.values[0], 2);
  EXPECT_EQ(coarse.values[1], 5);  // half of it is known
  EXPECT_TRUE(std::isnan(coarse.values[2]));
}

TEST(Outlook, has_at_most_24_steps_and_bins_that_divide_a_day_where_they_can) {
  EXPECT_EQ(bins_per_step(60, 30), 1U);
  EXPECT_EQ(bins_per_step(60, 1800), 2U);
  EXPECT_EQ(bins_per_step(60, 6 * 3600), 15U);
  EXPECT_EQ(bins_per_step(60, 7 * 3600), 18U);
  EXPECT_EQ(bins_per_step(3600, 2 * 86400), 2U);
}

TEST(Outlook, begins_at_the_end_of_the_series_and_follows_the_day) {
  const Outlook outlook = look_ahead(hours(28), 86400, {}, nullptr);
  ASSERT_EQ(outlook.steps.size(), 24U);
  EXPECT_EQ(outlook.steps[0].begin_s, 1000 + 28 * 86400.0);
  EXPECT_EQ(outlook.grid.day, 24U);
  EXPECT_EQ(outlook.grid.week, 168U);
  const double night = outlook.steps[0].forecast.quantiles[median_place];
  const double noon = outlook.steps[12].forecast.quantiles[median_place];
  EXPECT_GT(noon, 3 * night);
}

TEST(Outlook, seasons_are_those_asked_for) {
  const std::vector<double> none;
  EXPECT_EQ(look_ahead(hours(10), 3600, {}, &none).grid.day, 0U);
  const std::vector<double> half{43200};
  EXPECT_EQ(look_ahead(hours(10), 3600, {}, &half).grid.day, 12U);
}

TEST(Outlook, an_event_that_is_announced_raises_its_steps_alone) {
  const Series series = hours(20);
  const std::array events{Event{.begin_s = series.end_s() + 7200, .length_s = 3600, .multiple = 3}};
  const Outlook without = look_ahead(series, 6 * 3600, {}, nullptr);
  const Outlook with = look_ahead(series, 6 * 3600, events, nullptr);
  for (std::size_t i = 0; i < 6; ++i)
    EXPECT_NEAR(with.steps[i].forecast.quantiles[median_place],
                (i == 2 ? 3 : 1) * without.steps[i].forecast.quantiles[median_place], 1e-6)
        << i;
}

TEST(Outlook, an_event_in_the_past_is_no_pattern) {
  const Series usual = hours(20);
  Series series = usual;
  const Event event{.begin_s = series.end_s() - 86400, .length_s = 7200, .multiple = 4};
  for (const std::size_t back : {24, 23}) series.values[series.values.size() - back] *= 4;
  const auto first = [](const Series& one, std::span<const Event> events) {
    return look_ahead(one, 3600, events, nullptr).steps[0].forecast.quantiles[median_place];
  };
  const std::array events{event};
  EXPECT_NEAR(first(series, events), first(usual, {}), 1e-6);
  EXPECT_GT(std::abs(first(series, {}) - first(usual, {})), 1e-3);
}

TEST(Outlook, tells_how_much_of_the_end_is_unknown) {
  Series series = hours(10);
  for (std::size_t i = 1; i <= 5; ++i) series.values[series.values.size() - i] = unknown;
  EXPECT_EQ(look_ahead(series, 3600, {}, nullptr).unknown_bins, 5U);
}

}  // namespace
}  // namespace headroom::forecast
