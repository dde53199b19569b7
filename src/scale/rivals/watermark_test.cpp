// WatermarkPodAutoscaler: its band, its steps and its waits.
// Rules: the WatermarkPodAutoscaler's README and its controllers/datadoghq (algorithm, limits).
#include "scale/rivals/watermark.h"

#include <gtest/gtest.h>

#include "scale/rivals/watched_for_test.h"

namespace headroom::rivals {
namespace {

constexpr WatermarkRules band{.high = 50, .low = 30, .max = 100};

WatermarkRules with(Converge converge, int modulo = 1) {
  WatermarkRules rules = band;
  rules.converge = converge;
  rules.modulo = modulo;
  return rules;
}

TEST(Watermark, proposals_are_worked_out_by_hand) {
  struct Case {
    const char* rule;
    WatermarkRules rules;
    int current, ready;
    double total;
    int expected;
  };
  const Case cases[] = {
      {"within the band: hold", band, 10, 10, 400, 10},
      {"at the high mark plus its tolerance: hold", band, 10, 10, 549, 10},
      {"above: total / high mark, rounded up", band, 10, 10, 560, 12},
      {"at the low mark less its tolerance: hold", band, 10, 10, 271, 10},
      {"below: total / low mark, rounded down", band, 10, 10, 260, 8},
      {"never below one", band, 10, 10, 0, 1},
      {"above, in multiples: rounded up", with(Converge::none, 5), 10, 10, 560, 15},
      {"below, in multiples: rounded up, too", with(Converge::none, 5), 20, 20, 500, 20},
      {"above never lowers: replicas are still starting", band, 30, 10, 560, 30},
      {"below never raises: replicas are still leaving", band, 3, 10, 260, 3},
      {"nobody is ready: hold", band, 4, 0, 560, 4},
      {"towards the high mark: one less where that is still enough", with(Converge::high), 10, 10,
       400, 9},
      {"towards the high mark: not below it", with(Converge::high), 10, 10, 500, 10},
      {"towards the high mark: in multiples", with(Converge::high, 2), 10, 10, 400, 8},
      {"towards the low mark: one more", with(Converge::low), 10, 10, 400, 11},
      {"towards the low mark: not beyond it", with(Converge::low), 10, 10, 320, 10},
  };
  for (const Case& one : cases)
    EXPECT_EQ(watermark_proposal(one.rules, one.current, one.ready, one.total), one.expected)
        << one.rule;
}

TEST(Watermark, one_event_changes_so_much_at_most) {
  EXPECT_EQ(watermark_limited(band, 10, 40), 15) << "half as many more";
  EXPECT_EQ(watermark_limited(band, 1, 40), 2) << "but one at least";
  EXPECT_EQ(watermark_limited(band, 10, 1), 8) << "a fifth less";
  EXPECT_EQ(watermark_limited(band, 3, 1), 2) << "but one at least";
  WatermarkRules never = band;
  never.down_factor = 0;
  EXPECT_EQ(watermark_limited(never, 10, 1), 10) << "a factor of 0 disables the direction";
  EXPECT_EQ(watermark_limited(never, 10, 12), 12);
}

WatermarkConfig fresh(const WatermarkRules& rules) {
  return {.rules = rules, .signal = Signal::fresh()};
}

TEST(Watermark, a_rise_is_followed_step_by_step_a_minute_apart) {
  Watermark rival(fresh(band));
  Watched world(rival);
  world.ready(10);
  world.seen.arrivals = 400;
  EXPECT_EQ(world.until(60), 10);
  world.seen.arrivals = 2000;
  EXPECT_EQ(world.changes_at(10, 100), 67);
  EXPECT_EQ(world.second(), 15);
  EXPECT_EQ(world.changes_at(15, 300), 127);
  EXPECT_EQ(world.second(), 22);
}

TEST(Watermark, a_fall_is_followed_five_minutes_apart) {
  Watermark rival(fresh(band));
  Watched world(rival);
  world.ready(10);
  world.seen.arrivals = 400;
  EXPECT_EQ(world.until(60), 10);
  world.seen.arrivals = 100;
  EXPECT_EQ(world.changes_at(10, 100), 67);
  EXPECT_EQ(world.second(), 8);
  EXPECT_EQ(world.changes_at(8, 900), 367);
  EXPECT_EQ(world.second(), 7);
}

TEST(Watermark, a_debounced_direction_needs_the_metric_to_stay_there) {
  WatermarkRules slow = band;
  slow.above_delay_s = 60;
  Watermark rival(fresh(slow));
  Watched world(rival);
  world.ready(10);
  world.seen.arrivals = 600;
  EXPECT_EQ(world.until(50), 10);
  world.seen.arrivals = 400;
  EXPECT_EQ(world.until(55), 10);  // the sync of 52 saw the band
  world.seen.arrivals = 600;
  EXPECT_EQ(world.changes_at(10, 300), 127);  // above since 67
}

TEST(Watermark, prometheus_makes_it_as_late_as_the_others) {
  Watermark rival({.rules = band});
  Watched world(rival);
  world.ready(10);
  world.seen.arrivals = 400;
  EXPECT_EQ(world.until(120), 10);
  world.seen.arrivals = 1200;
  // The scrape of 135 holds a quarter of it: 600/s.
  EXPECT_EQ(world.changes_at(10, 300), 142);
}

TEST(Watermark, without_data_nothing_changes) {
  Watermark rival({.rules = band});
  Watched world(rival);
  world.ready(10);
  world.seen.arrivals = 400;
  EXPECT_EQ(world.until(120), 10);
  world.seen.completeness = 0;
  EXPECT_EQ(world.until(1200), 10);
}

}  // namespace
}  // namespace headroom::rivals
