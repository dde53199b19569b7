// Robust ridge regression.
#include "forecast/regression.h"

#include <gtest/gtest.h>

#include <array>

#include "core/random.h"

namespace headroom::forecast {
namespace {

Design made_design(double outlier_share, std::uint64_t seed) {
  Random random(seed);
  Design design(2);
  for (int i = 0; i < 2000; ++i) {
    const std::array row{random.normal(), random.normal()};
    const double noise = random.uniform() < outlier_share ? 50 : 0.1 * random.normal();
    design.add(row, 0.7 * row[0] - 0.3 * row[1] + noise, 1);
  }
  return design;
}

TEST(Regression, finds_the_coefficients) {
  const auto found = fit_ridge(made_design(0, 1), {.ridge = 1e-6});
  EXPECT_NEAR(found[0], 0.7, 0.01);
  EXPECT_NEAR(found[1], -0.3, 0.01);
}

TEST(Regression, a_few_values_that_are_far_off_hardly_matter) {
  const auto once = fit_ridge(made_design(0.03, 1), {.ridge = 1e-6, .rounds = 1});
  const auto robust = fit_ridge(made_design(0.03, 1), {.ridge = 1e-6, .rounds = 5});
  EXPECT_GT(std::abs(once[0] - 0.7) + std::abs(once[1] + 0.3), 0.1);
  EXPECT_NEAR(robust[0], 0.7, 0.03);
  EXPECT_NEAR(robust[1], -0.3, 0.03);
}

TEST(Regression, a_heavy_ridge_means_zero_and_so_do_no_rows) {
  for (const double coefficient : fit_ridge(made_design(0, 1), {.ridge = 1e9}))
    EXPECT_NEAR(coefficient, 0, 1e-6);
  EXPECT_EQ(fit_ridge(Design(3), {}), (std::vector<double>{0, 0, 0}));
}

TEST(Regression, rows_without_weight_count_for_nothing) {
  Design design = made_design(0, 1);
  const auto before = fit_ridge(design, {});
  for (int i = 0; i < 500; ++i) design.add(std::array{1.0, 1.0}, 1000, 0);
  const auto after = fit_ridge(design, {.rounds = 1});
  EXPECT_NEAR(before[0], after[0], 0.01);
}

}  // namespace
}  // namespace headroom::forecast
