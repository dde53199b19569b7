// Announced events.
#include "forecast/event.h"

#include <gtest/gtest.h>

namespace headroom::forecast {
namespace {

Quantiles spread(double median, double width) {
  Quantiles quantiles{};
  for (std::size_t i = 0; i < grid_size; ++i) quantiles[i] = median + width * (grid_p[i] - 0.5);
  return quantiles;
}

TEST(Event, multiplies_what_it_covers_and_a_step_it_covers_in_part_by_a_part) {
  const std::array events{Event{.begin_s = 1000, .length_s = 500, .multiple = 3, .spread = 0}};
  EXPECT_EQ(announced(events, 0, 1000).multiple, 1);
  EXPECT_EQ(announced(events, 1000, 1500).multiple, 3);
  EXPECT_EQ(announced(events, 1400, 1600).multiple, 2);
  EXPECT_EQ(announced(events, 1500, 1600).multiple, 1);
}

TEST(Event, one_that_is_certain_multiplies_every_quantile) {
  const Quantiles before = spread(100, 40);
  const Quantiles after = with_event(before, {.multiple = 3, .spread_log = 0});
  for (std::size_t i = 0; i < grid_size; ++i) EXPECT_DOUBLE_EQ(after[i], 3 * before[i]);
}

TEST(Event, an_uncertain_one_alone_lies_within_its_spread_nine_times_in_ten) {
  const std::array events{Event{.begin_s = 0, .length_s = 10, .multiple = 2, .spread = 0.5}};
  Quantiles certain{};
  certain.fill(100);
  const Quantiles after = with_event(certain, announced(events, 0, 10));
  EXPECT_NEAR(after[place_of(0.05)], 200 / 1.5, 0.1);
  EXPECT_NEAR(after[place_of(0.5)], 200, 1e-9);
  EXPECT_NEAR(after[place_of(0.95)], 300, 0.1);
}

TEST(Event, uncertainty_only_widens) {
  const Quantiles before = spread(100, 40);
  const Quantiles sure = with_event(before, {.multiple = 2, .spread_log = 0});
  const Quantiles unsure = with_event(before, {.multiple = 2, .spread_log = 0.3});
  EXPECT_LT(unsure[0], sure[0]);
  EXPECT_GT(unsure[grid_size - 1], sure[grid_size - 1]);
}

}  // namespace
}  // namespace headroom::forecast
