// Distributions: their figures against closed forms, and samples against their figures.
#include "prove/distribution.h"

#include <gtest/gtest.h>

#include <cmath>

namespace headroom::prove {
namespace {

TEST(distribution, a_lognormal_has_its_stated_mean_and_variation) {
  for (const double cv : {0.2, 1.0, 2.0}) {
    const auto time = Distribution::lognormal(0.02, cv);
    EXPECT_NEAR(time.mean(), 0.02, 1e-9) << cv;
    EXPECT_NEAR(time.cv2(), cv * cv, 0.03 * cv * cv) << cv;
  }
}

TEST(distribution, quantiles_of_a_lognormal_follow_the_closed_form) {
  const auto time = Distribution::lognormal(1, 1);
  const double sigma = std::sqrt(std::log(2.0));
  const double mu = -sigma * sigma / 2;
  const std::pair<double, double> known[] = {
      {0.5, 0}, {0.9, 1.2815516}, {0.99, 2.3263479}, {0.999, 3.0902323}, {0.99999, 4.2648908}};
  for (const auto& [q, z] : known)
    EXPECT_NEAR(time.quantile(q) / std::exp(mu + sigma * z), 1, 0.002) << q;
}

TEST(distribution, one_and_a_half_times_the_p99_of_a_lognormal_is_exceeded_by_a_quarter_percent) {
  const auto time = Distribution::lognormal(0.02, 1);
  EXPECT_NEAR(time.exceeds(1.5 * time.quantile(0.99)), 0.00245, 0.00003);
}

TEST(distribution, an_exponential_has_its_tail) {
  const auto time = Distribution::exponential(2);
  EXPECT_NEAR(time.mean(), 2, 1e-9);
  EXPECT_NEAR(time.cv2(), 1, 0.01);
  for (const double x : {0.5, 2.0, 8.0, 16.0})
    EXPECT_NEAR(time.exceeds(x) / std::exp(-x / 2), 1, 0.02) << x;
}

TEST(distribution, a_pareto_tail_falls_by_its_exponent) {
  const auto time = Distribution::with_pareto_tail(0.1, 1, 0.01, 2);
  EXPECT_NEAR(time.mean(), 0.1, 1e-9);
  const double x = time.quantile(0.999);
  EXPECT_NEAR(time.exceeds(2 * x) / time.exceeds(x), 0.25, 0.005);
  EXPECT_GT(time.quantile(0.9999), Distribution::lognormal(0.1, 1).quantile(0.9999));
}

TEST(distribution, percentiles_are_met_and_lie_log_linear_between) {
  const Percentile points[] = {{0, 0}, {0.25, 0.015}, {0.5, 0.02}, {0.99, 18}, {1, 20}};
  const auto time = Distribution::empirical(points);
  ASSERT_TRUE(time);
  EXPECT_NEAR(time->quantile(0.25), 0.015, 1e-4);
  EXPECT_NEAR(time->quantile(0.5), 0.02, 1e-3);
  EXPECT_NEAR(time->quantile(0.125), 0.0075, 1e-4);
  EXPECT_NEAR(time->quantile(0.745), std::sqrt(0.02 * 18), 0.01);
  EXPECT_NEAR(time->quantile(1), 20, 1e-6);
}

TEST(distribution, percentiles_that_make_no_sense_are_refused) {
  const std::vector<std::pair<std::vector<Percentile>, std::string>> cases = {
      {{{0, 1}}, "at least two percentiles are needed"},
      {{{0, 1}, {0.5, 2}}, "percentiles must begin with p0 (the shortest) and end with p100"},
      {{{0, 1}, {0.5, 3}, {1, 2}}, "p100 of 2 s is below p50 of 3 s"},
      {{{0, 1}, {0.5, 3}, {0.5, 4}, {1, 5}}, "p50 does not rise above p50"},
      {{{0, -1}, {1, 5}}, "p0 is not a time of 0 or more"},
      {{{0, 0}, {1, 0}}, "all percentiles are zero"}};
  for (const auto& [points, message] : cases) {
    const auto time = Distribution::empirical(points);
    ASSERT_FALSE(time) << message;
    EXPECT_TRUE(time.error().message.starts_with(message)) << time.error().message;
  }
}

TEST(distribution, samples_agree_with_the_table_they_come_from) {
  const auto time = Distribution::lognormal(0.05, 1);
  Random random(7);
  constexpr int count = 400'000;
  double sum = 0;
  int over = 0;
  const double p99 = time.quantile(0.99);
  for (int i = 0; i < count; ++i) {
    const double x = time.sample(random);
    sum += x;
    over += x > p99 ? 1 : 0;
  }
  EXPECT_NEAR(sum / count, 0.05, 0.05 * 5 / std::sqrt(count));
  EXPECT_NEAR(over, count * 0.01, 5 * std::sqrt(count * 0.01));
}

TEST(distribution, exceeding_and_quantile_undo_each_other) {
  const auto time = Distribution::lognormal(1, 1);
  for (const double q : {0.001, 0.3, 0.9, 0.998, 0.999, 0.99999, 0.9999999})
    EXPECT_NEAR(time.exceeds(time.quantile(q)) / (1 - q), 1, 1e-6) << q;
  EXPECT_EQ(time.exceeds(-1), 1);
  EXPECT_EQ(time.exceeds(1e9), 0);
}

TEST(distribution, capped_moments_are_the_integrals_of_the_tail) {
  const auto time = Distribution::exponential(2);
  EXPECT_NEAR(time.capped(1).first, 2 * (1 - std::exp(-0.5)), 1e-3);
  EXPECT_NEAR(time.capped(1e9).first, 2, 1e-9);
  EXPECT_NEAR(time.capped(1e9).second, 8, 0.1);
}

}  // namespace
}  // namespace headroom::prove
