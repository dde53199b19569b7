// KEDA: the step between none and one, and its two periods over time.
#include "scale/rivals/keda.h"

#include <gtest/gtest.h>

#include "scale/rivals/watched_for_test.h"

namespace headroom::rivals {
namespace {

TEST(Keda, polls_are_worked_out_by_hand) {
  struct Case {
    const char* rule;
    KedaActivation rules;
    bool active;
    int current;
    double now_s;
    std::optional<double> last_active_s;
    int expected;
  };
  const KedaActivation usual;
  const Case cases[] = {
      {"active at none: one", usual, true, 0, 60, {}, 1},
      {"active at none: the least, where that is more", {.replicas_min = 3}, true, 0, 60, {}, 3},
      {"active with some: the HPA decides", usual, true, 7, 60, {}, 7},
      {"idle at none: none", usual, false, 0, 60, {}, 0},
      {"idle, never active: none at once", usual, false, 1, 60, {}, 0},
      {"idle within the cooldown: stays", usual, false, 1, 400, 200, 1},
      {"idle for exactly the cooldown: stays", usual, false, 1, 500, 200, 1},
      {"idle for longer than the cooldown: none", usual, false, 1, 501, 200, 0},
      {"from any number, at one stroke", usual, false, 9, 501, 200, 0},
      {"not below the least", {.replicas_min = 1}, false, 4, 9000, 200, 4},
      {"a cooldown of its own", {.cooldown_s = 30}, false, 1, 231, 200, 0},
      {"not before the first cooldown is over", {.initial_cooldown_s = 90}, false, 1, 60, {}, 1},
      {"after the first cooldown", {.initial_cooldown_s = 90}, false, 1, 90, {}, 0},
  };
  for (const Case& one : cases) {
    auto last = one.last_active_s;
    EXPECT_EQ(keda_polled(one.rules, one.active, one.current, one.now_s, last), one.expected)
        << one.rule;
    EXPECT_EQ(last, one.active ? std::optional(one.now_s) : one.last_active_s) << one.rule;
  }
}

/// The share of the running ones is cut to a whole number, then all is bounded.
TEST(Keda, custom_scaled_jobs_are_worked_out_by_hand) {
  const auto scale = [](std::int64_t asked, std::int64_t running, std::int64_t deduction,
                        double percentage) {
    return scaled_job_scale({.strategy = ScaledJobStrategy::custom,
                             .replicas_max = 10,
                             .deduction = deduction,
                             .running_percentage = percentage},
                            {.asked = asked, .running = running});
  };
  EXPECT_EQ(scale(8, 3, 0, 0), 8);
  EXPECT_EQ(scale(8, 3, 2, 0), 6);
  EXPECT_EQ(scale(8, 3, 2, 0.5), 5);
  EXPECT_EQ(scale(8, 3, 0, 1), 5);
  EXPECT_EQ(scale(50, 3, 0, 0), 10);
}

TEST(Keda, several_replicas_are_the_business_of_its_hpa) {
  Keda keda({.target = 4, .min = 1, .max = 20});
  Watched world(keda);
  world.ready(2);
  world.seen.concurrency = 8;
  EXPECT_EQ(world.until(120), 2);
  world.seen.concurrency = 16;
  // Read every 15 s, the mean of four readings: 8 8 8 16 at 135 is 10, more than 10% above 8.
  EXPECT_EQ(world.changes_at(2, 300), 142);
  EXPECT_EQ(world.second(), 3);
}

TEST(Keda, goes_to_none_a_cooldown_after_the_last_active_poll) {
  Keda keda({.target = 4, .min = 0, .max = 20});
  Watched world(keda);
  world.ready(1);
  world.seen.concurrency = 2;
  EXPECT_EQ(world.until(100), 1);
  world.seen.concurrency = 0;
  // Polls at 7, 37, …: at 127 the mean still holds the reading of 90, at 157 it does not. So the
  // last active one is 127, and the first more than 300 s later is 457.
  EXPECT_EQ(world.changes_at(1, 900), 457);
  EXPECT_EQ(world.second(), 0);
}

TEST(Keda, comes_back_from_none_at_the_first_poll_that_sees_demand) {
  Keda keda({.target = 4, .min = 0, .max = 20});
  Watched world(keda);
  EXPECT_EQ(world.until(490), 0);
  world.seen.waiting = 40;
  // Read at 495; polls at 487 and 517. The HPA goes on from there: at 532 the mean of the readings
  // of 480 to 525 is 30.
  EXPECT_EQ(world.changes_at(0, 600), 517);
  EXPECT_EQ(world.until(532), 8);
}

TEST(Keda, a_trigger_that_fails_changes_nothing) {
  Keda keda({.target = 4, .min = 0, .max = 20});
  Watched world(keda);
  world.ready(3);
  world.seen.concurrency = 12;
  EXPECT_EQ(world.until(200), 3);
  world.seen.completeness = 0;
  EXPECT_EQ(world.until(2000), 3);
}

TEST(Keda, on_a_rate_it_is_an_hpa_on_the_same_rate) {
  Keda keda({.metric = KedaMetric::rate, .target = 50, .min = 1, .max = 40});
  Watched world(keda);
  world.ready(2);
  world.seen.arrivals = 100;
  EXPECT_EQ(world.until(120), 2);
  world.seen.arrivals = 200;
  EXPECT_EQ(world.changes_at(2, 300), 142);
}

}  // namespace
}  // namespace headroom::rivals
