// Histograms of rises: the prior, quantiles within bins, a change of scale.
#include "scale/rises.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "core/random.h"

namespace headroom::scale {
namespace {

double sum_of(const std::vector<double>& bins) {
  return std::accumulate(bins.begin(), bins.end(), 0.0);
}

TEST(Rises, the_unit_is_the_power_of_two_next_above_the_peak) {
  for (const auto& [peak, unit] :
       {std::pair{0.0, 0.03125}, {0.7, 1.0}, {1.0, 1.0}, {1290.0, 2048.0}})
    EXPECT_DOUBLE_EQ(rise_unit(peak), unit) << peak;
}

TEST(Rises, the_prior_alone_is_exceeded_as_stated) {
  for (const double base : {0.05, 0.4, 1.0, 500.0})
    for (const double share : {0.5, 0.1, 0.01, 1e-4}) {
      const double ratio = 1 + exceeded_by(100 * share, {}, {.samples = 100, .base = base}) / base;
      EXPECT_LT(std::pow(ratio, -10), 1.01 * share) << base << " " << share;
      // Straight within a bin, which is much of a small base: more than is due.
      if (base >= 0.4) {
        EXPECT_GT(std::pow(ratio, -10), 0.8 * share) << base << " " << share;
      }
    }
}

TEST(Rises, a_quantile_lies_within_its_bin_and_falls_with_what_is_left) {
  std::vector<double> bins;
  for (int i = 0; i < 90; ++i) add_rise(0.001, 1, bins);
  for (int i = 0; i < 10; ++i) add_rise(0.5, 1, bins);
  EXPECT_NEAR(exceeded_by(5, bins, {}), 0.5, 1 / 64.0);
  EXPECT_NEAR(exceeded_by(50, bins, {}), 0, 1 / 64.0);
  double before = 2;
  for (double left = 0.01; left < 120; left *= 1.1) {
    const double rise = exceeded_by(left, bins, {.samples = 20, .base = 0.6});
    EXPECT_LE(rise, before) << left;
    before = rise;
  }
}

TEST(Rises, more_demand_never_makes_the_prior_smaller) {
  std::vector<double> bins;
  for (int i = 0; i < 90; ++i) add_rise(0.01 * i, 1, bins);
  double before = 0;
  for (double base = 0.001; base < 3; base *= 1.02) {
    const double rise = exceeded_by(5, bins, {.samples = 30, .base = base});
    EXPECT_GE(rise, before - 1e-12) << base;
    before = rise;
  }
}

TEST(Rises, what_is_beyond_the_ends_counts_there) {
  std::vector<double> bins;
  add_rise(-5, 1, bins);
  add_rise(40, 1, bins);
  EXPECT_EQ(bins.front(), 1);
  EXPECT_EQ(bins.back(), 1);
}

TEST(Rises, a_change_of_scale_keeps_every_sample_and_moves_it_by_a_bin_at_most) {
  Random random(21);
  std::vector<double> bins;
  for (int i = 0; i < 5000; ++i) add_rise(0.4 * random.uniform() * random.uniform(), 1, bins);
  for (const int doublings : {1, 3, -1}) {
    std::vector<double> scaled = bins;
    rescale_rises(doublings, scaled);
    EXPECT_DOUBLE_EQ(sum_of(scaled), sum_of(bins)) << doublings;
    for (const double left : {2500.0, 500.0, 50.0})
      EXPECT_NEAR(exceeded_by(left, scaled, {}) * std::exp2(doublings), exceeded_by(left, bins, {}),
                  std::exp2(std::max(0, doublings)) / 64)
          << doublings << " " << left;
  }
}

TEST(Rises, there_and_back_again_the_scale_blurs_once_only) {
  std::vector<double> bins;
  for (int i = 0; i < 60; ++i) add_rise(i / 64.0 / 2, i, bins);
  const auto there_and_back = [](std::vector<double> of) {
    rescale_rises(1, of);
    rescale_rises(-1, of);
    return of;
  };
  const auto once = there_and_back(bins);
  EXPECT_EQ(there_and_back(once), once);
}

}  // namespace
}  // namespace headroom::scale
