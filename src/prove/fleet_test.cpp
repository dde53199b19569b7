// Lives of replicas: who is stopped first, who is ready when, what is paid.
#include "prove/fleet.h"

#include <gtest/gtest.h>

namespace headroom::prove {
namespace {

using scale::Phase;

struct Alive {
  explicit Alive(World w = {}) : world(w), fleet(world, 1, seen) {}

  void live(int seconds) {
    for (int i = 0; i < seconds; ++i, now_s += 1) {
      for (const Change& change : fleet.advance(now_s)) changes.push_back(change);
      paid_s += fleet.paid_s();
    }
  }
  [[nodiscard]] std::string phases() const {
    std::string out;
    for (const auto& replica : seen)
      out += replica.phase == Phase::starting ? 's' : replica.phase == Phase::ready ? 'r' : 'd';
    return out;
  }

  World world;
  std::vector<scale::ReplicaSeen> seen;
  Fleet fleet;
  double now_s = 0;
  double paid_s = 0;
  std::vector<Change> changes;
};

World exactly(double startup_s) {
  World world;
  world.startup = {.mean_s = startup_s, .spread = 0};
  return world;
}

TEST(fleet, a_replica_is_ready_after_its_start_up_and_shows_how_long_it_took) {
  Alive alive(exactly(2.5));
  alive.fleet.begin(1);
  (void)alive.fleet.want(2, 0);
  alive.live(2);
  EXPECT_EQ(alive.phases(), "rs");
  EXPECT_EQ(alive.seen[1].startup.count(), 0);
  alive.live(1);
  EXPECT_EQ(alive.phases(), "rr");
  EXPECT_DOUBLE_EQ(seconds(alive.seen[1].startup), 2.5);
  EXPECT_DOUBLE_EQ(alive.fleet.ready_mean(), 1.5);
  ASSERT_EQ(alive.changes.size(), 1U);
  EXPECT_DOUBLE_EQ(alive.changes[0].at_s, 2.5);
}

TEST(fleet, the_newest_starting_ones_are_stopped_first_then_the_youngest_ready_ones) {
  Alive alive(exactly(10));
  alive.fleet.begin(3);
  (void)alive.fleet.want(5, 0);
  alive.live(1);
  (void)alive.fleet.want(4, alive.now_s);
  EXPECT_EQ(alive.phases(), "rrrs");
  EXPECT_EQ(alive.seen[3].id, "r-3");
  (void)alive.fleet.want(2, alive.now_s);
  EXPECT_EQ(alive.phases(), "rrd");
  alive.live(2);
  EXPECT_EQ(alive.phases(), "rr");
}

TEST(fleet, starting_ready_and_draining_replicas_are_paid_for) {
  World world = exactly(4);
  world.drain_s = 1.5;
  Alive alive(world);
  alive.fleet.begin(1);
  (void)alive.fleet.want(2, 0);
  alive.live(10);
  (void)alive.fleet.want(1, alive.now_s);
  alive.live(5);
  EXPECT_NEAR(alive.paid_s, 15 + 10 + 1.5, 1e-9);
}

TEST(fleet, start_ups_spread_evenly_and_some_need_a_node) {
  World world;
  world.replicas_max = 4000;
  world.startup = {.mean_s = 20, .spread = 0.3, .new_node_share = 0.25, .new_node_s = 60};
  Alive alive(world);
  (void)alive.fleet.want(4000, 0);
  alive.live(100);
  int with_node = 0;
  double sum_s = 0;
  for (const auto& replica : alive.seen) {
    const double s = seconds(replica.startup);
    EXPECT_TRUE((s >= 14 && s <= 26) || (s >= 74 && s <= 86)) << s;
    with_node += s > 50 ? 1 : 0;
    sum_s += s;
  }
  EXPECT_NEAR(with_node, 1000, 110);
  EXPECT_NEAR(sum_s / 4000, 35, 2);
}

TEST(fleet, wishes_are_kept_within_the_bounds) {
  World world = exactly(1);
  world.replicas_min = 2;
  world.replicas_max = 5;
  Alive alive(world);
  alive.fleet.begin(0);
  EXPECT_EQ(alive.seen.size(), 2U);
  EXPECT_EQ(alive.fleet.want(99, 0).now, 5);
  EXPECT_EQ(alive.fleet.want(-3, 0).now, 2);
}

TEST(fleet, a_zone_that_fails_takes_its_replicas_and_makes_none_ready_until_it_is_back) {
  World world = exactly(5);
  world.zones = 3;
  world.zone_fails_at_s = 3;
  world.zone_fails_for_s = 20;
  Alive alive(world);
  alive.fleet.begin(6);
  alive.live(4);
  EXPECT_EQ(alive.phases(), "rrrr");
  (void)alive.fleet.want(6, alive.now_s);  // two more, in the first and the second zone
  alive.live(10);
  EXPECT_EQ(alive.phases(), "rrrrsr");
  alive.live(10);
  EXPECT_EQ(alive.phases(), "rrrrrr");
}

TEST(fleet, crashes_come_as_often_as_stated_and_are_made_good) {
  World world = exactly(1);
  world.crashes_per_hour = 6;
  Alive alive(world);
  alive.fleet.begin(10);
  int crashes = 0;
  for (int i = 0; i < 36'000; ++i) {
    alive.live(1);
    crashes += alive.fleet.crashed();
    (void)alive.fleet.want(10, alive.now_s);
  }
  EXPECT_NEAR(crashes, 600, 100);
  EXPECT_EQ(alive.seen.size(), 10U);
}

}  // namespace
}  // namespace headroom::prove
