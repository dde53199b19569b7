// The loss of a quantile is least at the quantile.
#include "scale/estimate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/random.h"

namespace headroom::scale {
namespace {

TEST(QuantileLoss, is_least_on_average_where_the_share_is_exceeded) {
  Random random(11);
  std::vector<double> samples(20'000);
  for (double& sample : samples) sample = random.exponential(1);
  for (const double share : {0.5, 0.25, 0.1, 0.01}) {
    double best = 0;
    double least = 1e300;
    for (double expected = 0; expected < 8; expected += 0.02) {
      double loss = 0;
      for (const double came : samples)
        loss += quantile_loss({.expected = expected, .came = came, .exceeded_share = share});
      if (loss >= least) continue;
      least = loss;
      best = expected;
    }
    EXPECT_NEAR(best, -std::log(share), 0.03 / std::sqrt(share)) << share;
  }
}

TEST(QuantileLoss, of_a_median_is_the_same_on_both_sides) {
  EXPECT_EQ(quantile_loss({.expected = 10, .came = 12, .exceeded_share = 0.5}), 2);
  EXPECT_EQ(quantile_loss({.expected = 12, .came = 10, .exceeded_share = 0.5}), 2);
  EXPECT_NEAR(quantile_loss({.expected = 10, .came = 11, .exceeded_share = 0.01}), 99, 1e-9);
}

}  // namespace
}  // namespace headroom::scale
