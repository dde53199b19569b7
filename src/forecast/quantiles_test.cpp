// The grid of p, pinball loss, coverage.
#include "forecast/quantiles.h"

#include <gtest/gtest.h>

#include "core/random.h"

namespace headroom::forecast {
namespace {

Quantiles uniform_quantiles(double width) {
  Quantiles quantiles{};
  for (std::size_t i = 0; i < grid_size; ++i) quantiles[i] = width * grid_p[i];
  return quantiles;
}

TEST(Quantiles, pinball_is_least_on_average_at_the_true_quantile) {
  for (const double p : {0.1, 0.5, 0.99}) {
    const auto loss_at = [p](double quantile) {
      double sum = 0;
      for (int i = 0; i < 1000; ++i) sum += pinball((i + 0.5) / 1000, quantile, p);
      return sum;
    };
    EXPECT_LT(loss_at(p), loss_at(p - 0.05)) << p;
    EXPECT_LT(loss_at(p), loss_at(p + 0.05)) << p;
  }
}

TEST(Quantiles, a_value_inside_is_covered_and_one_outside_is_not) {
  const Quantiles quantiles = uniform_quantiles(100);
  EXPECT_EQ(covered(50.3, quantiles), 1);
  EXPECT_EQ(covered(3, quantiles), 0);
  EXPECT_EQ(covered(96, quantiles), 0);
}

TEST(Quantiles, coverage_of_counts_that_equal_an_end_is_the_share_that_belongs_inside) {
  // Zero in six of ten cases: the part of it above 0.05 is inside.
  Quantiles quantiles{};
  for (std::size_t i = 0; i < grid_size; ++i) quantiles[i] = grid_p[i] <= 0.5 ? 0 : 10 * grid_p[i];
  EXPECT_NEAR(covered(0, quantiles), 0.9, 1e-9);
  // Always zero: nine tenths, as for any other distribution.
  EXPECT_NEAR(covered(0, Quantiles{}), 0.9, 1e-9);
}

TEST(Quantiles, a_count_equals_a_quantile_that_is_less_than_half_a_request_off) {
  Quantiles quantiles{};
  for (std::size_t i = 0; i < grid_size; ++i) quantiles[i] = grid_p[i] <= 0.5 ? 0.2 : 3;
  EXPECT_EQ(covered(0, quantiles), 0);
  EXPECT_NEAR(covered(0, quantiles, 1), 0.9, 1e-9);
}

TEST(Quantiles, right_quantiles_of_a_uniform_value_cover_nine_tenths) {
  constexpr std::uint64_t seed = 3;
  Random random(seed);
  double sum = 0;
  for (int i = 0; i < 20000; ++i) sum += covered(100 * random.uniform(), uniform_quantiles(100));
  EXPECT_NEAR(sum / 20000, 0.9, 0.01) << "seed " << seed;
}

}  // namespace
}  // namespace headroom::forecast
