// The mean over days and weeks.
#include "forecast/seasonal_mean.h"

#include <gtest/gtest.h>

#include "forecast/made_for_test.h"

namespace headroom::forecast {
namespace {

constexpr std::size_t day = 24;
constexpr Seasons seasons{day, 7 * day};

std::vector<double> logs_of(const std::vector<double>& values) {
  std::vector<double> logs;
  for (const double value : values) logs.push_back(std::log(value));
  return logs;
}

double mean_error(const std::vector<double>& forecast, const std::vector<double>& logs,
                  std::size_t from) {
  double sum = 0;
  for (std::size_t i = 0; i < forecast.size(); ++i)
    sum += std::abs(forecast[i] - logs[from + i]) / static_cast<double>(forecast.size());
  return sum;
}

TEST(SeasonalMean, meets_days_and_weeks_that_repeat_exactly) {
  const auto logs = logs_of(made_days(37, day, 100, 0, 1));
  const std::size_t known = 33 * day;  // a Friday's end: two days of a weekend are ahead
  SeasonalMean mean(seasons);
  const std::vector<double> past(logs.begin(), logs.begin() + known);
  mean.fit(past);
  EXPECT_LT(mean_error(mean.path(past, 2 * day), logs, known), 0.03);
}

TEST(SeasonalMean, is_better_than_yesterday_and_last_week_on_noisy_days) {
  double ours = 0;
  double yesterday = 0;
  double last_week = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const auto logs = logs_of(made_days(36, day, 100, 0.1, seed));
    const std::size_t known = 35 * day;
    const std::vector<double> past(logs.begin(), logs.begin() + known);
    SeasonalMean mean(seasons);
    mean.fit(past);
    ours += mean_error(mean.path(past, day), logs, known);
    yesterday += mean_error({past.end() - day, past.end()}, logs, known);
    last_week += mean_error({past.end() - 7 * day, past.end() - 6 * day}, logs, known);
  }
  EXPECT_LT(ours, 0.9 * std::min(yesterday, last_week)) << "seeds 1 to 10";
}

TEST(SeasonalMean, unknown_bins_teach_nothing) {
  auto logs = logs_of(made_days(30, day, 100, 0.05, 2));
  std::vector<char> known(logs.size(), 1);
  SeasonalMean right(seasons);
  right.fit(logs, known);
  for (std::size_t t = 20 * day + 3; t < 20 * day + 9; ++t) known[t] = 0;
  SeasonalMean told(seasons);
  auto spoiled = logs;
  for (std::size_t t = 20 * day + 3; t < 20 * day + 9; ++t) spoiled[t] += 3;
  told.fit(spoiled, known);
  SeasonalMean untold(seasons);
  untold.fit(spoiled);
  const auto wanted = right.path(logs, day);
  const auto error = [&](const SeasonalMean& mean) {
    return mean_error(mean.path(logs, day), wanted, 0);
  };
  EXPECT_LT(error(told), error(untold));
}

TEST(SeasonalMean, a_short_history_is_repeated) {
  const auto logs = logs_of(made_days(2, day, 100, 0, 1));
  SeasonalMean mean(seasons);
  mean.fit(logs);
  EXPECT_LT(mean_error(mean.path(logs, day), logs, day), 1e-9);
}

TEST(SeasonalMean, finds_a_day_that_lacks_hours) {
  std::vector<double> logs;
  for (int t = 0; t < 700; ++t) logs.push_back(std::sin(t * 6.283185307 / 17));
  EXPECT_EQ(day_length(logs, day), 17U);
  EXPECT_EQ(day_length(logs_of(made_days(20, day, 100, 0.05, 1)), day), day);
}

}  // namespace
}  // namespace headroom::forecast
