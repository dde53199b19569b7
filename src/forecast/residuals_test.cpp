// A window of values kept in order.
#include "forecast/residuals.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "core/random.h"

namespace headroom::forecast {
namespace {

TEST(SortedWindow, has_the_quantiles_of_its_latest_values) {
  constexpr std::uint64_t seed = 5;
  Random random(seed);
  SortedWindow window(40);
  std::deque<float> latest;
  for (int i = 0; i < 2000; ++i) {
    // Few different values, so that equal ones come and go.
    const auto value = static_cast<float>(random.below(12));
    window.add(value);
    latest.push_back(value);
    if (latest.size() > 40) latest.pop_front();
    std::vector<float> sorted(latest.begin(), latest.end());
    std::ranges::sort(sorted);
    ASSERT_EQ(window.size(), sorted.size());
    ASSERT_EQ(window.quantile(0), sorted.front()) << "seed " << seed << " at " << i;
    ASSERT_EQ(window.quantile(1), sorted.back()) << "seed " << seed << " at " << i;
    const double middle = window.quantile(0.5);
    ASSERT_LE(std::ranges::count_if(sorted, [&](float v) { return v < middle; }),
              static_cast<std::ptrdiff_t>(sorted.size() / 2 + 1));
  }
}

TEST(SortedWindow, a_new_value_is_below_a_quantile_as_often_as_it_says) {
  constexpr std::uint64_t seed = 6;
  Random random(seed);
  SortedWindow window(99);
  int below = 0;
  for (int i = 0; i < 20099; ++i) {
    const double value = random.normal();
    if (i >= 99 && value <= window.quantile(0.9)) ++below;
    window.add(static_cast<float>(value));
  }
  EXPECT_NEAR(below / 20000.0, 0.9, 0.01) << "seed " << seed;
}

}  // namespace
}  // namespace headroom::forecast
