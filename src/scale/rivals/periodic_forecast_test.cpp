// Crane's forecast: its spectrum, its periods, its estimators, worked out by hand.
// Rules: pkg/prediction/dsp of Crane (estimators, period, signal).
#include "scale/rivals/periodic_forecast.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "core/random.h"
#include "scale/rivals/spectrum.h"

namespace headroom::rivals {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

TEST(Fourier, is_the_sum_that_defines_it_and_comes_back) {
  Random random(7);
  for (const std::size_t n : {1, 2, 3, 8, 12, 30, 77, 1440}) {
    std::vector<double> values(n);
    for (double& value : values) value = random.uniform();
    const Fourier fourier(n);
    const auto spectrum = fourier.forward(values);
    for (const std::size_t k : {std::size_t{0}, n / 3, n - 1}) {
      Complex sum;
      for (std::size_t i = 0; i < n; ++i) {
        const double angle =
            -2 * std::numbers::pi * static_cast<double>(i * k % n) / static_cast<double>(n);
        sum.re += values[i] * std::cos(angle);
        sum.im += values[i] * std::sin(angle);
      }
      EXPECT_NEAR(spectrum[k].re, sum.re, 1e-8) << n << " at " << k;
      EXPECT_NEAR(spectrum[k].im, sum.im, 1e-8) << n << " at " << k;
    }
    const auto again = fourier.backward(spectrum);
    for (std::size_t i = 0; i < n; ++i) ASSERT_NEAR(again[i], values[i], 1e-12) << n;
  }
}

/// 100 requests/s with a wave of `amplitude` of that period, and noise.
std::vector<double> wave(std::size_t minutes, double period, double amplitude, double noise = 0) {
  Random random(3);
  std::vector<double> values;
  for (std::size_t i = 0; i < minutes; ++i)
    values.push_back(100 +
                     amplitude * std::sin(2 * std::numbers::pi * static_cast<double>(i) / period) +
                     noise * random.normal());
  return values;
}

TEST(PeriodicForecast, only_a_day_or_a_week_is_a_period) {
  struct Case {
    const char* rule;
    std::vector<double> minutes;
    std::optional<std::size_t> expected;
  };
  const Case cases[] = {
      {"a day's wave over four days", wave(4 * 1440, 1440, 50), 1440},
      {"with noise as large as the wave", wave(4 * 1440, 1440, 10, 10), 1440},
      {"a week's wave over two weeks", wave(14 * 1440, 10080, 50), 10080},
      {"an hour's wave is a period, but none that counts", wave(4 * 1440, 60, 50), {}},
      {"six hours' neither", wave(4 * 1440, 360, 50), {}},
      {"noise alone is no period", wave(4 * 1440, 1440, 0, 10), {}},
      {"what never changes has none", wave(4 * 1440, 1440, 0), {}},
      {"less than two days are too few", wave(1440, 1440, 50), {}},
      {"two days are enough", wave(2 * 1440, 1440, 50, 1), 1440},
      {"a wave of 26 hours is no day", wave(13 * 1440, 1560, 50), {}},
  };
  for (const Case& one : cases) EXPECT_EQ(period_of(one.minutes), one.expected) << one.rule;
}

TEST(PeriodicForecast, history_is_prepared_in_whole_days) {
  std::vector<double> minutes = wave(2 * 1440 + 100, 1440, 50);
  EXPECT_EQ(prepared(minutes).size(), 2 * minutes_of_day);
  EXPECT_EQ(prepared(minutes).back(), minutes.back());

  std::vector<double> gap = minutes;
  for (std::size_t i = 2000; i < 2003; ++i) gap[i] = unknown;
  const auto filled = prepared(gap);
  EXPECT_NEAR(filled[2000 - 100], minutes[1999] + (minutes[2003] - minutes[1999]) / 4, 1e-9);

  for (std::size_t i = 1000; i < 1059; ++i) gap[i] = unknown;
  EXPECT_EQ(prepared(gap).size(), 2 * minutes_of_day) << "59 minutes are filled in";
  gap[1059] = unknown;
  EXPECT_EQ(prepared(gap).size(), minutes_of_day) << "before an hour all is dropped";

  std::vector<double> spike(2 * minutes_of_day, 100);
  spike[777] = 1e6;
  spike[778] = 2e6;
  EXPECT_EQ(prepared(spike)[777], 100) << "beyond the 99.9th percentile: as the one before";
  EXPECT_EQ(prepared(spike)[778], 100);
  EXPECT_TRUE(prepared({}).empty());
  EXPECT_TRUE(prepared(std::vector<double>(3000, unknown)).empty());
}

TEST(PeriodicForecast, errors_are_worked_out_by_hand) {
  const auto error = [](std::vector<double> came, std::vector<double> forecast) {
    return forecast_error(came, forecast);
  };
  EXPECT_DOUBLE_EQ(error({100}, {100}), 0);
  EXPECT_DOUBLE_EQ(error({100}, {120}), 0.2) << "too much: its share";
  EXPECT_NEAR(error({100}, {90}), 0.472, 1e-3) << "a tenth too little";
  EXPECT_NEAR(error({100}, {50}), 3.106, 1e-3) << "half of it missing";
  EXPECT_NEAR(error({100, 100}, {90, 120}), (0.472 + 0.2) / 2, 1e-3) << "their mean";
  EXPECT_DOUBLE_EQ(error({0, 100}, {10, 80}), 15) << "next to nothing came: absolute";
}

TEST(PeriodicForecast, estimators_are_worked_out_by_hand) {
  const auto sine = wave(3 * 1440, 1440, 50);
  const auto smooth = estimated({3, 1, 0.1}, sine, 1440);
  ASSERT_EQ(smooth.size(), 1440U);
  for (const std::size_t i : {0U, 360U, 1000U}) EXPECT_NEAR(smooth[i], sine[i] * 1.1, 0.01);

  // Faster than once an hour, and weaker than both the three strongest and 1: left out.
  auto three_waves = sine;
  for (const double period : {720.0, 480.0}) {
    const auto more = wave(sine.size(), period, 20);
    for (std::size_t i = 0; i < sine.size(); ++i) three_waves[i] += more[i] - 100;
  }
  auto rippled = three_waves;
  for (std::size_t i = 0; i < rippled.size(); ++i) rippled[i] += i % 4 < 2 ? 0.5 : -0.5;
  EXPECT_NEAR(estimated({3, 1, 0}, rippled, 1440)[300], three_waves[300], 0.01);
  EXPECT_NEAR(estimated({50, 0.05, 0}, rippled, 1440)[300], rippled[300], 0.01) << "but kept here";

  const auto low = wave(2 * 1440, 1440, 150);
  EXPECT_DOUBLE_EQ(estimated({3, 1, 0}, low, 1440)[1080], 0.01) << "never nothing or less";

  const std::vector<double> three{1, 9, 4, 6, 2, 7};
  EXPECT_EQ(estimated({0, 0, 0}, three, 2), (std::vector<double>{4, 9})) << "the greatest of each";
}

/// A day's wave that is `growth` times as high each day.
std::vector<double> growing(std::size_t days, double growth) {
  auto values = wave(days * 1440, 1440, 50);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] *= std::pow(growth, static_cast<double>(i / 1440));
  return values;
}

TEST(PeriodicForecast, the_estimator_that_was_best_for_the_last_day_is_used_for_the_next) {
  const auto steady = next_period(growing(4, 1));
  ASSERT_TRUE(steady);
  EXPECT_NEAR((*steady)[360], 150, 3);
  // Each day an eighth more: a margin of 15% missed least, too little being worse than too much.
  const auto more = next_period(growing(4, 1.125));
  ASSERT_TRUE(more);
  EXPECT_NEAR((*more)[700] / growing(4, 1.125)[3 * 1440 + 700], 1.15, 0.02);
  EXPECT_FALSE(next_period(wave(4 * 1440, 1440, 0, 10)));
}

}  // namespace
}  // namespace headroom::rivals
