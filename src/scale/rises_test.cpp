// Rises seen, and the prior beside them: quantiles within bins and between them.
#include "scale/rises.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/random.h"

namespace headroom::scale {
namespace {

double exceeded_by(double left, const std::vector<SeenRises>& seen, const RisePrior& prior) {
  return RiseDescent(seen, prior).exceeded_by(left);
}

TEST(Rises, the_prior_alone_is_exceeded_as_stated) {
  for (const double base : {0.05, 1.0, 500.0})
    for (const double share : {0.5, 0.1, 0.01, 1e-4}) {
      const double ratio = 1 + exceeded_by(100 * share, {}, {.samples = 100, .base = base}) / base;
      EXPECT_NEAR(std::pow(ratio, -10), share, 1e-9) << base << " " << share;
    }
}

TEST(Rises, between_bins_that_are_far_apart_the_prior_is_exceeded_as_stated) {
  RateHistogram rises;
  add_rate(1, 10, rises);
  add_rate(10'000, 10, rises);
  const RisePrior prior{.samples = 50, .base = 100};
  // Ten above, and 25 of the prior's 50.
  const double rise = exceeded_by(35, {{&rises, 1}}, prior);
  EXPECT_NEAR(rise, 100 * (std::pow(2, 0.1) - 1), 1e-6);
  EXPECT_GT(exceeded_by(9, {{&rises, 1}}, prior), 9000);
}

TEST(Rises, a_quantile_lies_within_its_bin_and_falls_with_what_is_left) {
  RateHistogram rises;
  for (int i = 0; i < 90; ++i) add_rate(0, 1, rises);
  for (int i = 0; i < 10; ++i) add_rate(50, 1, rises);
  EXPECT_NEAR(exceeded_by(5, {{&rises, 1}}, {}), 50, 5);
  EXPECT_EQ(exceeded_by(50, {{&rises, 1}}, {}), 0);
  double before = 1e9;
  RiseDescent descent(std::vector<SeenRises>{{&rises, 1}}, {.samples = 20, .base = 60});
  for (double left = 0.01; left < 120; left *= 1.1) {
    const double rise = exceeded_by(left, {{&rises, 1}}, {.samples = 20, .base = 60});
    EXPECT_LE(rise, before) << left;
    EXPECT_EQ(descent.exceeded_by(left), rise) << "one after the other as each by itself";
    before = rise;
  }
}

TEST(Rises, of_several_histograms_each_counts_as_much_as_it_weighs) {
  RateHistogram low;
  RateHistogram high;
  add_rate(10, 100, low);
  add_rate(20, 100, high);
  const std::vector<SeenRises> both{{&low, 0.1}, {nullptr, 1}, {&high, 0.05}};
  EXPECT_NEAR(exceeded_by(4.9, both, {}), 20, 2);
  EXPECT_NEAR(exceeded_by(14.9, both, {}), 10, 1);
}

TEST(Rises, falls_are_told_below_all_rises) {
  RateHistogram rises;
  add_rate(5, 50, rises);
  add_rate(-40, 50, rises);
  EXPECT_NEAR(exceeded_by(99, {{&rises, 1}}, {}), -40, 4);
  EXPECT_NEAR(exceeded_by(99, {{&rises, 1}}, {.samples = 10, .base = 100}), -40, 4)
      << "the prior knows of no falls";
}

TEST(Rises, more_demand_never_makes_the_prior_smaller) {
  Random random(2);
  RateHistogram rises;
  for (int i = 0; i < 90; ++i) add_rate(100 * random.uniform() - 20, 1, rises);
  for (const double left : {1.0, 5.0, 60.0}) {
    double before = -1e9;
    for (double base = 0.001; base < 3000; base *= 1.02) {
      const double rise = exceeded_by(left, {{&rises, 1}}, {.samples = 30, .base = base});
      EXPECT_GE(rise, before - 1e-9) << base << " " << left;
      before = rise;
    }
  }
}

}  // namespace
}  // namespace headroom::scale
