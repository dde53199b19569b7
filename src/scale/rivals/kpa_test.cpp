// Knative's autoscaler: its windows, its delay, and its answers over time.
#include "scale/rivals/kpa.h"

#include <gtest/gtest.h>

#include <vector>

#include "scale/rivals/watched_for_test.h"

namespace headroom::rivals {
namespace {

TEST(KpaWindow, means_are_worked_out_by_hand) {
  struct Case {
    const char* rule;
    std::vector<std::pair<int, double>> written;  // second, value
    int at;
    std::optional<double> expected;
  };
  const Case cases[] = {
      {"nothing was written", {}, 5, std::nullopt},
      {"a young window is divided by what it has", {{0, 6}}, 0, 6},
      {"a young window of three", {{0, 6}, {1, 3}, {2, 3}}, 2, 4},
      {"a full window", {{0, 1}, {1, 2}, {2, 3}, {3, 6}}, 3, 3},
      {"what is older than the window is gone", {{0, 90}, {1, 2}, {2, 3}, {3, 6}, {4, 1}}, 4, 3},
      {"older gaps count as nothing", {{0, 8}, {3, 8}}, 3, 4},
      {"what was skipped is gone, too", {{0, 90}, {1, 4}, {2, 4}, {5, 8}}, 5, 3},
      {"a gap at the end is left out", {{0, 2}, {1, 4}, {2, 6}, {3, 8}}, 4, 6},
      {"and leaves out the oldest as well", {{0, 2}, {1, 4}, {2, 6}, {3, 8}}, 5, 7},
      {"a gap at the end as long as the window: no data", {{0, 2}, {1, 4}}, 5, std::nullopt},
      {"after such a gap the window is young again", {{0, 90}, {8, 4}}, 8, 4},
      {"six digits", {{0, 1}, {1, 0}, {2, 0}}, 2, 0.333333},
  };
  for (const Case& one : cases) {
    KpaWindow window(4);
    for (const auto& [second, value] : one.written) window.record(second, value);
    EXPECT_EQ(window.average(one.at), one.expected) << one.rule;
  }
}

TEST(KpaWindow, zeros_are_zero_however_long_it_ran) {
  KpaWindow window(60);
  for (int t = 0; t < 100'000; ++t) window.record(t, 0.1 * (t % 7));
  for (int t = 100'000; t < 100'060; ++t) window.record(t, 0);
  EXPECT_EQ(window.average(100'059), 0);
}

TEST(KpaDelay, is_the_greatest_of_its_steps_as_if_each_were_looked_at) {
  const auto value = [](int t) { return (t * 7919) % 101; };
  for (const int delay_s : {2, 6, 31, 300}) {
    KpaDelay delay(delay_s);
    const int steps = (delay_s + 1) / 2;
    for (int t = 0; t < 2000; ++t) {
      int expected = 0;
      for (int u = t; u >= 0 && u / 2 > t / 2 - steps; --u) expected = std::max(expected, value(u));
      ASSERT_EQ(delay.greatest(t, value(t)), expected) << delay_s << " s at " << t;
    }
  }
}

KpaConfig config_for_test() {
  KpaConfig config{.min = 1, .max = 100};
  config.rules.target = 7;
  config.rules.capacity = 10;
  return config;
}

TEST(Kpa, a_jump_is_answered_at_the_next_tick_by_its_panic_window) {
  Kpa kpa(config_for_test());
  Watched world(kpa);
  world.ready(1);
  world.seen.concurrency = 5;
  EXPECT_EQ(world.until(200), 1);
  world.seen.concurrency = 70;
  EXPECT_EQ(world.second(), 1) << "between two ticks";
  // Panic window of 6 s: (4 × 5 + 2 × 70) / 6 = 26.7, four pods, twice the threshold.
  EXPECT_EQ(world.second(), 4);
  EXPECT_EQ(world.until(206), 10);
}

TEST(Kpa, a_slow_rise_is_answered_by_the_stable_window) {
  Kpa kpa(config_for_test());
  Watched world(kpa);
  world.ready(1);
  world.seen.concurrency = 6;
  EXPECT_EQ(world.until(200), 1);
  world.seen.concurrency = 8;
  // No panic: two pods of one are the threshold, but 8 / 7 → 2 of 1 ready is 200%: so it is panic
  // after all, as soon as the mean of 6 s is above 7.
  EXPECT_EQ(world.changes_at(1, 300), 204);
}

TEST(Kpa, in_panic_it_never_falls_and_after_a_stable_window_without_it_does) {
  Kpa kpa(config_for_test());
  Watched world(kpa);
  world.ready(1);
  world.seen.concurrency = 5;
  EXPECT_EQ(world.until(100), 1);
  world.seen.concurrency = 70;
  EXPECT_EQ(world.until(110), 10);
  world.ready(9);
  world.seen.concurrency = 10;
  // Ten are ready from 111 on, the last panic is of the tick at 110: it ends once more than 60 s
  // have passed, at the tick of 172; the stable window is then at 10, two pods, but the count at
  // most halves.
  EXPECT_EQ(world.changes_at(10, 400), 172);
  EXPECT_EQ(world.second(), 5);
}

TEST(Kpa, a_start_with_several_ready_pods_does_not_fall_for_want_of_history) {
  Kpa kpa(config_for_test());
  Watched world(kpa);
  world.ready(10);
  world.seen.concurrency = 10;
  EXPECT_EQ(world.changes_at(10, 400), 62);
}

TEST(Kpa, a_scale_down_delay_holds_the_greatest_of_its_time) {
  KpaConfig config = config_for_test();
  config.rules.delay_s = 120;
  Kpa kpa(config);
  Watched world(kpa);
  world.ready(1);
  world.seen.concurrency = 6;
  EXPECT_EQ(world.until(10), 1);
  world.ready(9);
  world.seen.concurrency = 70;
  EXPECT_EQ(world.until(300), 10);
  world.seen.concurrency = 10;
  // The stable mean is 70 − n after n seconds: at 302 it is 68, ten pods; at 306, 64: still ten;
  // at 308, 62: nine. So ten was last wanted at 306, for 120 s.
  EXPECT_EQ(world.changes_at(10, 600), 426);
}

TEST(Kpa, goes_to_zero_after_its_window_and_the_grace_and_comes_back_with_the_first_request) {
  KpaConfig config = config_for_test();
  config.min = 0;
  Kpa kpa(config);
  Watched world(kpa);
  world.ready(1);
  world.seen.concurrency = 5;
  EXPECT_EQ(world.until(200), 1);
  world.seen.concurrency = 0;
  // The last second with requests leaves the stable window at 260; 30 s of grace.
  EXPECT_EQ(world.changes_at(1, 600), 290);
  world.seen.replicas.clear();
  EXPECT_EQ(world.until(655), 0);
  world.seen.waiting = 3;
  EXPECT_EQ(world.second(), 1) << "at once, without waiting for the tick";
}

TEST(Kpa, many_waiting_at_zero_are_answered_in_full) {
  KpaConfig config = config_for_test();
  config.min = 0;
  Kpa kpa(config);
  Watched world(kpa);
  EXPECT_EQ(world.until(121), 0);
  world.seen.waiting = 100;
  EXPECT_EQ(world.second(), 15);
}

TEST(Kpa, without_data_there_is_no_decision) {
  Kpa kpa(config_for_test());
  Watched world(kpa);
  world.ready(4);
  world.seen.concurrency = 28;
  EXPECT_EQ(world.until(200), 4);
  world.seen.completeness = 0;
  EXPECT_EQ(world.until(500), 4);
}

}  // namespace
}  // namespace headroom::rivals
