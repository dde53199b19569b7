// Histograms of requests/s by logarithm: where numbers lie, what a share is above, how they fade.
#include "scale/rate_histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "core/random.h"

namespace headroom::scale {
namespace {

TEST(RateHistogram, a_bin_holds_its_number_and_is_a_ninth_wider_than_the_next_smaller_one) {
  EXPECT_EQ(rate_bin(0), 0);
  for (double size = 0.001; size < 1e9; size *= 1.7)
    for (const double number : {size, -size}) {
      const auto [low, high] = rate_edges(rate_bin(number));
      EXPECT_LE(low, number);
      EXPECT_GE(high, number);
      EXPECT_NEAR(std::abs(high - low), 0.091 * std::max(std::abs(low), std::abs(high)),
                  0.01 * size);
    }
  EXPECT_EQ(rate_bin(2048) - rate_bin(1024), 8);
}

TEST(RateHistogram, numbers_beyond_all_bins_and_no_numbers_at_all_lie_within_them) {
  for (const double number : {1e300, 1.0 * INFINITY}) {
    EXPECT_EQ(rate_bin(number), rate_bin_max);
    EXPECT_EQ(rate_bin(-number), -rate_bin_max);
  }
  EXPECT_EQ(rate_bin(NAN), 0);
}

TEST(RateHistogram, what_came_before_lies_where_it_lay_whatever_comes_later) {
  RateHistogram histogram;
  for (int i = 0; i < 50; ++i) add_rate(i - 10, 1, histogram);
  const RateHistogram before = histogram;
  add_rate(1e9, 1, histogram);
  ASSERT_EQ(histogram.at.size(), before.at.size() + 1);
  EXPECT_TRUE(std::ranges::equal(before.at, std::span(histogram.at).first(before.at.size())));
  histogram.at.pop_back();
  histogram.thousandths.pop_back();
  EXPECT_EQ(histogram, before);
}

TEST(RateHistogram, a_share_lies_above_what_is_told_within_a_bin) {
  RateHistogram histogram;
  for (int i = 1; i <= 1000; ++i) add_rate(i, 1, histogram);
  EXPECT_EQ(samples_of(histogram), 1000);
  for (const double share : {0.9, 0.5, 0.1, 0.01})
    EXPECT_NEAR(rate_above_share(share, histogram), 1000 * (1 - share), 100 * (1 - share)) << share;
  EXPECT_EQ(rate_above_share(0.1, {}), 0);
}

TEST(RateHistogram, all_that_fades_is_gone_in_the_end) {
  Random random(4);
  RateHistogram histogram;
  for (int i = 0; i < 1000; ++i) add_rate(10 * random.normal(), random.uniform(), histogram);
  const auto first = static_cast<double>(histogram.at.size());
  for (const double kept : {0.9904, 0.999}) {
    RateHistogram fading = histogram;
    fade(kept, fading);
    EXPECT_NEAR(samples_of(fading), kept * samples_of(histogram), 0.001 * first);
    // An hour a step: by halves down to what rounding takes, then by a thousandth at least.
    int steps = 1;
    for (; !fading.empty() && steps < 20'000; ++steps) fade(kept, fading);
    EXPECT_LT(steps, 20'000) << kept;
    EXPECT_TRUE(fading.thousandths.empty());
  }
}

TEST(RateHistogram, more_than_it_can_count_is_the_most_it_can_count) {
  RateHistogram histogram;
  add_rate(1, 1e12, histogram);
  add_rate(1, 1e12, histogram);
  EXPECT_NEAR(samples_of(histogram), 4294967.295, 1e-3);
  add_rate(2, 0.0001, histogram);
  EXPECT_EQ(histogram.at.size(), 1) << "less than a thousandth is nothing";
}

TEST(RateHistogram, damage_is_noticed) {
  EXPECT_TRUE(well_formed(RateHistogram{}));
  EXPECT_TRUE(well_formed({.at = {-3, 0, 9}, .thousandths = {1, 2, 3}}));
  EXPECT_FALSE(well_formed({.at = {3, 3}, .thousandths = {1, 2}}));
  EXPECT_FALSE(well_formed({.at = {4, 3}, .thousandths = {1, 2}}));
  EXPECT_FALSE(well_formed({.at = {3}, .thousandths = {}}));
  EXPECT_FALSE(well_formed({.at = {rate_bin_max + 1}, .thousandths = {1}}));
  EXPECT_FALSE(well_formed({.at = {-rate_bin_max - 1}, .thousandths = {1}}));
}

}  // namespace
}  // namespace headroom::scale
