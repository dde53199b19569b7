// Made traffic: its crowd, how steep it is, and that a seed makes it again.
#include "load/shape.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace headroom::load {
namespace {

using namespace std::chrono_literals;

constexpr Duration day_length = 110s;

RateCurve made(Shape shape, std::uint64_t seed) {
  return make_traffic({.shape = shape, .base_per_s = 100, .length = day_length, .seed = seed})
      .value();
}

/// The mean rate from one share of the length to another.
double mean(const RateCurve& curve, double from, double to) {
  const auto& per_s = curve.per_s();
  const auto bins = static_cast<double>(per_s.size());
  const auto begin = per_s.begin() + static_cast<std::ptrdiff_t>(from * bins);
  const auto end = per_s.begin() + static_cast<std::ptrdiff_t>(to * bins);
  return std::accumulate(begin, end, 0.0) / static_cast<double>(end - begin);
}

TEST(Shape, a_day_has_a_quiet_morning_a_crowd_and_its_end) {
  const RateCurve day = made(Shape::day, 9);
  EXPECT_NEAR(seconds(day.length()), 110, 1e-6);
  EXPECT_NEAR(mean(day, 0, 0.02), 60, 6);
  EXPECT_NEAR(mean(day, 0.15, 0.3), 95, 3);
  EXPECT_NEAR(mean(day, 0.91, 0.922), 630, 20);
  EXPECT_LT(day.per_s().back(), 300);
}

TEST(Shape, the_crowd_of_a_day_doubles_as_that_of_the_recorded_day_did) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto doubles = fastest_doubling(made(Shape::day, seed));
    ASSERT_TRUE(doubles);
    const double minutes = seconds(*doubles) / seconds(day_length) * 390;
    EXPECT_NEAR(minutes, 29, 5.1) << "seed " << seed;  // 29, but for the noise of minutes
  }
}

TEST(Shape, a_crowd_that_nothing_announces_comes_within_a_bin) {
  const RateCurve surprise = made(Shape::ramp_flash, 9);
  EXPECT_NEAR(surprise.per_s().front(), 100, 25);
  EXPECT_NEAR(mean(surprise, 0.51, 0.64), 500, 25);
  EXPECT_NEAR(surprise.per_s().back(), 100, 25);
  EXPECT_EQ(fastest_doubling(surprise), from_seconds(surprise.bin_s()));
}

TEST(Shape, a_ramp_goes_straight_up_and_straight_back) {
  const RateCurve ramp = made(Shape::ramp, 9);
  EXPECT_NEAR(ramp.per_s().front(), 100, 10);
  EXPECT_NEAR(mean(ramp, 0.2, 0.3), (100 + 1250) / 2, 10);
  EXPECT_NEAR(std::ranges::max(ramp.per_s()), 1250, 10);
  EXPECT_NEAR(mean(ramp, 0.7, 0.8), (100 + 1250) / 2, 10);
  EXPECT_NEAR(ramp.per_s().back(), 100, 10);
}

TEST(Shape, the_same_seed_makes_the_same_and_another_one_other_noise) {
  for (const auto& named : shape_names) {
    EXPECT_EQ(made(named.shape, 9).per_s(), made(named.shape, 9).per_s());
    EXPECT_EQ(made(named.shape, 9).per_s() == made(named.shape, 10).per_s(),
              named.shape == Shape::ramp);
    EXPECT_EQ(parse_shape(named.name), named.shape);
  }
  EXPECT_FALSE(parse_shape("week"));
}

TEST(Shape, without_a_length_or_a_rate_there_is_none) {
  EXPECT_FALSE(make_traffic({.shape = Shape::day, .base_per_s = 100, .length = 0s, .seed = 1}));
  EXPECT_FALSE(make_traffic({.shape = Shape::day, .base_per_s = 0, .length = 1s, .seed = 1}));
}

TEST(FastestDoubling, is_the_shortest_one_of_a_curve) {
  const auto of = [](std::vector<double> per_s) {
    return fastest_doubling(RateCurve::make(std::move(per_s), 60).value());
  };
  EXPECT_EQ(of({10, 11, 12, 19, 20, 40}), 60s);
  EXPECT_EQ(of({10, 12, 14, 17, 20, 24}), 240s);
  EXPECT_EQ(of({10, 15, 12, 18, 20, 24}), 180s) << "12 to 24, not 10 to 20";
  EXPECT_EQ(of({10, 10, 19, 10, 5}), std::nullopt);
  EXPECT_EQ(of({1000, 1, 3, 900}), std::nullopt) << "from a hundredth of the mean it is no crowd";
}

}  // namespace
}  // namespace headroom::load
