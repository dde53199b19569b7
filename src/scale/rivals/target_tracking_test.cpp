// AWS target tracking: its alarms, its cooldowns and its answers over time.
// Rules: Application Auto Scaling user guide, how target tracking and its cooldowns work.
#include "scale/rivals/target_tracking.h"

#include <gtest/gtest.h>

#include <vector>

#include "scale/rivals/watched_for_test.h"

namespace headroom::rivals {
namespace {

constexpr double missing = -1;

std::vector<double> times(int count, double value) {
  return std::vector<double>(static_cast<std::size_t>(count), value);
}

std::vector<double> operator+(std::vector<double> left, const std::vector<double>& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

/// The capacity after one datapoint a minute, of 10 and a target of 50 to begin with.
int after(const TargetTrackingRules& rules, const std::vector<double>& datapoints) {
  TargetTracker tracker(rules);
  int capacity = 10;
  double at_s = 0;
  for (const double value : datapoints)
    capacity = tracker.datapoint(at_s += 60, capacity,
                                 value == missing ? std::nullopt : std::optional(value));
  return capacity;
}

TEST(TargetTracking, datapoints_are_worked_out_by_hand) {
  struct Case {
    const char* rule;
    std::vector<double> datapoints;
    int expected;
  };
  const Case cases[] = {
      {"on target: nothing", times(30, 50), 10},
      {"two high ones are no alarm", {60, 60, 50}, 10},
      {"three in a row are: in proportion to the last", {60, 60, 60}, 12},
      {"rounded up", {60, 60, 51}, 11},
      {"they have to follow one another", {60, 60, 50, 60, 60}, 10},
      {"a missing one changes nothing and ends the row", {60, 60, missing, 60, 60}, 10},
      {"in the band below the target nothing happens", times(40, 46), 10},
      {"fourteen low ones are no alarm", times(14, 20), 10},
      {"fifteen are", times(15, 20), 4},
      {"rounded up when falling, too", times(15, 21), 5},
      {"a missing one ends that row as well", times(14, 20) + std::vector{missing, 20.0}, 10},
      {"out once, and while it cools down only for more than that", times(7, 60), 12},
      {"for more, counted from where it began", {60, 60, 60, 80}, 16},
      {"after the cooldown from where it is", times(8, 60), 15},
      {"in once in a cooldown", times(19, 20), 4},
      {"in again after it", times(20, 20), 2},
      {"never above the greatest number", times(3, 5000), 40},
      {"never below the least", times(15, 0), 1},
  };
  for (const Case& one : cases)
    EXPECT_EQ(after({.target = 50, .max = 40}, one.datapoints), one.expected) << one.rule;
}

TEST(TargetTracking, a_way_out_ends_the_cooldown_of_the_way_in) {
  TargetTracker tracker({.target = 50, .in_datapoints = 2, .in_cooldown_s = 3600, .max = 40});
  int capacity = 10;
  double at_s = 0;
  const auto next = [&](double value) {
    return capacity = tracker.datapoint(at_s += 60, capacity, value);
  };
  next(40);
  EXPECT_EQ(next(40), 8);
  next(60);
  next(60);
  EXPECT_EQ(next(60), 10) << "out at once";
  next(40);
  EXPECT_EQ(next(40), 8) << "and in again";
  next(40);
  EXPECT_EQ(next(40), 8) << "but not twice";
}

TEST(TargetTracking, scaling_in_can_be_disabled) {
  EXPECT_EQ(after({.target = 50, .scale_in = false, .max = 40}, times(60, 5)), 10);
}

TargetTrackingConfig config_for_test(TrackedMetric metric, double target) {
  return {.metric = metric, .rules = {.target = target, .max = 40}};
}

TEST(TargetTracking, a_rise_is_answered_after_three_whole_minutes) {
  TargetTracking rival(config_for_test(TrackedMetric::requests, 25));
  Watched world(rival);
  world.ready(4);
  world.seen.arrivals = 100;
  EXPECT_EQ(world.until(300), 4);
  world.seen.arrivals = 200;
  EXPECT_EQ(world.changes_at(4, 900), 480);
  EXPECT_EQ(world.second(), 8);
}

TEST(TargetTracking, a_fall_is_answered_after_fifteen) {
  TargetTracking rival(config_for_test(TrackedMetric::cpu, 0.5));
  Watched world(rival);
  world.ready(4);
  world.cpu(0.5);
  EXPECT_EQ(world.until(300), 4);
  world.cpu(0.25);
  EXPECT_EQ(world.changes_at(4, 9000), 1200);
  EXPECT_EQ(world.second(), 2);
}

TEST(TargetTracking, with_a_fresh_signal_a_datapoint_is_a_second) {
  TargetTrackingConfig config = config_for_test(TrackedMetric::requests, 25);
  config.signal = Signal::fresh();
  TargetTracking rival(config);
  Watched world(rival);
  world.ready(4);
  world.seen.arrivals = 100;
  EXPECT_EQ(world.until(300), 4);
  world.seen.arrivals = 200;
  EXPECT_EQ(world.changes_at(4, 900), 303);
}

TEST(TargetTracking, starting_replicas_are_not_among_those_that_share_the_load) {
  TargetTracking rival(config_for_test(TrackedMetric::requests, 25));
  Watched world(rival);
  world.ready(4);
  world.starting(4);
  world.seen.arrivals = 200;
  EXPECT_EQ(world.until(179), 8);
  EXPECT_EQ(world.second(), 16) << "four carry twice their share";
}

TEST(TargetTracking, without_data_nothing_changes) {
  TargetTracking rival(config_for_test(TrackedMetric::requests, 25));
  Watched world(rival);
  world.ready(4);
  world.seen.arrivals = 100;
  EXPECT_EQ(world.until(300), 4);
  world.seen.completeness = 0;
  EXPECT_EQ(world.until(3000), 4);
}

}  // namespace
}  // namespace headroom::rivals
