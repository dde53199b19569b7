// The planner: cases one by one, then a simulated crew that must always get where it should.
#include "control/supervisor/plan.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/random.h"
#include "scale/placement.h"

namespace headroom::supervisor {
namespace {

using scale::Phase;

constexpr int unlimited = 1000;

ReplicaView view(Phase phase, int started_s) {
  return {.phase = phase, .started = Instant(std::chrono::seconds(started_s))};
}
ReplicaView starting(int started_s) {
  return view(Phase::starting, started_s);
}
ReplicaView ready(int started_s) {
  return view(Phase::ready, started_s);
}
ReplicaView outdated(ReplicaView replica) {
  replica.current = false;
  return replica;
}
ReplicaView hung(ReplicaView replica) {
  replica.hung = true;
  return replica;
}
ReplicaView busy(ReplicaView replica, int in_flight) {
  replica.in_flight = in_flight;
  return replica;
}
ReplicaView adopted(ReplicaView replica) {
  replica.adopted = true;
  return replica;
}

ReplicaView in(int zone, ReplicaView replica) {
  replica.zone = zone;
  return replica;
}

Plan plan_for(int wanted, std::vector<ReplicaView> replicas, int start_limit = unlimited) {
  return plan(std::vector{wanted}, replicas, start_limit);
}
Plan plan_for(const std::vector<int>& zones, std::vector<ReplicaView> replicas) {
  return plan(zones, replicas, unlimited);
}
Plan starts(int count) {
  return {.starts = std::vector(static_cast<std::size_t>(count), 1), .stops = {}};
}
Plan starts_in(std::vector<int> zones) {
  return {.starts = std::move(zones), .stops = {}};
}
Plan stops(std::vector<Stop> which) {
  return {.starts = {}, .stops = std::move(which)};
}

TEST(PlanTest, a_shortage_is_started_at_once) {
  EXPECT_EQ(plan_for(3, {}), starts(3));
  EXPECT_EQ(plan_for(3, {ready(1), starting(2)}), starts(1));
  EXPECT_EQ(plan_for(2, {ready(1), starting(2)}), starts(0));
  EXPECT_EQ(plan_for(2, {ready(1), view(Phase::draining, 2)}), starts(1));
}

TEST(PlanTest, the_back_off_limits_starts) {
  EXPECT_EQ(plan_for(3, {ready(1)}, 1), starts(1));
  EXPECT_EQ(plan_for(3, {ready(1)}, 0), starts(0));
}

TEST(PlanTest, of_a_surplus_those_that_start_go_first_then_the_youngest) {
  EXPECT_EQ(plan_for(2, {ready(1), ready(2), starting(3), starting(4)}),
            stops({{3, StopReason::surplus}, {2, StopReason::surplus}}));
  EXPECT_EQ(plan_for(1, {ready(5), ready(2), starting(3)}),
            stops({{2, StopReason::surplus}, {0, StopReason::surplus}}));
  EXPECT_EQ(plan_for(0, {ready(1)}), stops({{0, StopReason::surplus}}));
}

TEST(PlanTest, of_a_surplus_those_with_the_fewest_requests_go_and_among_equals_the_youngest) {
  EXPECT_EQ(plan_for(1, {busy(ready(1), 2), busy(ready(2), 0), busy(ready(3), 1)}),
            stops({{1, StopReason::surplus}, {2, StopReason::surplus}}));
  EXPECT_EQ(plan_for(2, {busy(ready(1), 1), busy(ready(2), 1), busy(ready(3), 5)}),
            stops({{1, StopReason::surplus}}));
}

TEST(PlanTest, an_outdated_replica_stays_until_its_replacement_is_ready) {
  const auto old = outdated(ready(1));
  const auto older = outdated(ready(0));
  EXPECT_EQ(plan_for(2, {old, older}), starts(1));
  EXPECT_EQ(plan_for(2, {old, older, starting(9)}), starts(0));
  EXPECT_EQ(plan_for(2, {old, older, ready(9)}), stops({{1, StopReason::outdated}}));
  EXPECT_EQ(plan_for(2, {old, outdated(view(Phase::draining, 0)), ready(9)}), starts(0));
  EXPECT_EQ(plan_for(2, {old, ready(9)}), starts(1));
}

TEST(PlanTest, an_outdated_replica_that_never_served_is_stopped_at_once) {
  EXPECT_EQ(plan_for(1, {outdated(starting(1))}),
            (Plan{.starts = {1}, .stops = {{0, StopReason::outdated}}}));
  EXPECT_EQ(plan_for(1, {adopted(outdated(starting(1)))}), starts(1));
}

TEST(PlanTest, when_fewer_are_wanted_during_a_replacement_outdated_ones_go_first) {
  EXPECT_EQ(plan_for(1, {ready(0), outdated(ready(1)), outdated(ready(2))}),
            stops({{1, StopReason::surplus}, {2, StopReason::outdated}}));
}

TEST(PlanTest, a_hung_replica_is_replaced_before_it_is_stopped) {
  EXPECT_EQ(plan_for(2, {ready(1), hung(ready(2))}), starts(1));
  EXPECT_EQ(plan_for(2, {ready(1), hung(ready(2)), starting(3)}), starts(0));
  EXPECT_EQ(plan_for(2, {ready(1), hung(ready(2)), ready(3)}), stops({{1, StopReason::hung}}));
}

TEST(PlanTest, no_more_hung_replicas_are_kept_than_replicas_are_wanted) {
  EXPECT_EQ(plan_for(1, {hung(ready(1)), hung(ready(2)), starting(3)}),
            stops({{0, StopReason::hung}}));
}

TEST(PlanTest, replicas_are_started_in_the_zones_that_lack_them) {
  EXPECT_EQ(plan_for({2, 2, 1}, {}), starts_in({1, 2, 1, 2, 3}));
  EXPECT_EQ(plan_for({2, 2, 1}, {in(1, ready(1)), in(2, starting(2)), in(3, ready(3))}),
            starts_in({1, 2}));
  EXPECT_EQ(plan_for({2, 2}, {in(1, ready(1)), in(1, ready(2))}), starts_in({2, 2}))
      << "the share of a zone that is lost";
  EXPECT_EQ(plan_for({1, 1}, {in(1, ready(1)), in(2, hung(ready(2)))}), starts_in({2}));
}

TEST(PlanTest, of_a_surplus_the_zones_that_have_too_many_give_way) {
  EXPECT_EQ(plan_for({1, 1}, {in(1, ready(1)), in(2, ready(2)), in(1, ready(3))}),
            stops({{2, StopReason::surplus}}));
  EXPECT_EQ(plan_for({1, 1}, {in(1, busy(ready(1), 0)), in(2, busy(ready(2), 7)),
                              in(2, busy(ready(3), 9))}),
            stops({{1, StopReason::surplus}}))
      << "though the other zone has one that is idle";
  EXPECT_EQ(plan_for({1, 1}, {in(1, ready(1)), in(2, ready(2)), in(2, starting(3))}),
            stops({{2, StopReason::surplus}}));
  EXPECT_EQ(plan_for({1, 1}, {in(1, ready(1)), in(1, ready(2)), in(2, starting(3))}), starts(0))
      << "first the one that takes its place is ready";
}

TEST(PlanTest, what_is_in_the_wrong_zone_is_replaced_one_at_a_time) {
  EXPECT_EQ(plan_for({1, 1, 1}, {in(1, ready(1)), in(1, ready(2)), in(1, ready(3))}),
            starts_in({2}));
  EXPECT_EQ(
      plan_for({1, 1, 1}, {in(1, ready(1)), in(1, ready(2)), in(1, ready(3)), in(2, starting(4))}),
      starts(0));
  EXPECT_EQ(
      plan_for({1, 1, 1}, {in(1, ready(1)), in(1, ready(2)), in(1, ready(3)), in(2, ready(4))}),
      stops({{2, StopReason::surplus}}));
  EXPECT_EQ(plan_for({1, 1}, {in(0, ready(1)), in(3, ready(2))}), starts_in({1}))
      << "no zone, and one that there is not";
}

TEST(PlanTest, an_outdated_replica_is_replaced_in_its_zone) {
  const std::vector<ReplicaView> old{in(1, ready(1)), in(2, outdated(ready(2)))};
  EXPECT_EQ(plan_for({1, 1}, old), starts_in({2}));
  std::vector<ReplicaView> both = old;
  both.push_back(in(2, ready(3)));
  EXPECT_EQ(plan_for({1, 1}, both), stops({{1, StopReason::outdated}}));
}

/// A crew whose replicas become ready and end at random.
class World {
 public:
  explicit World(std::uint64_t seed, int zones = 1) : random_(seed), zones_(zones) {}

  std::vector<ReplicaView> replicas;
  bool fell_below = false;

  void step(int wanted) {
    const int ready_before = count(Phase::ready);
    const Plan todo = plan(scale::spread(wanted, zones_), replicas, unlimited);
    for (const Stop& stop : todo.stops) replicas[stop.replica].phase = Phase::draining;
    for (const int zone : todo.starts) replicas.push_back(in(zone, starting(++clock_)));
    if (ready_before >= wanted && count(Phase::ready) < wanted) fell_below = true;
    std::erase_if(replicas, [&](const ReplicaView& replica) {
      return replica.phase == Phase::draining && random_.below(3) == 0;
    });
    for (ReplicaView& replica : replicas)
      if (replica.phase == Phase::starting && random_.below(3) == 0) replica.phase = Phase::ready;
  }

  [[nodiscard]] int count(Phase phase) const {
    return static_cast<int>(std::count_if(
        replicas.begin(), replicas.end(),
        [&](const ReplicaView& replica) { return replica.phase == phase && !replica.hung; }));
  }
  [[nodiscard]] bool settled(int wanted) const {
    std::vector<int> zones(static_cast<std::size_t>(zones_));
    for (const ReplicaView& replica : replicas)
      if (replica.zone >= 1 && replica.zone <= zones_)
        ++zones[static_cast<std::size_t>(replica.zone - 1)];
    return static_cast<int>(replicas.size()) == wanted && count(Phase::ready) == wanted &&
           zones == scale::spread(wanted, zones_) &&
           std::all_of(replicas.begin(), replicas.end(),
                       [](const ReplicaView& replica) { return replica.current; });
  }

 private:
  Random random_;
  int zones_;
  int clock_ = 0;
};

int zones_of(std::uint64_t seed) {
  return 1 + static_cast<int>(seed % 4);
}

TEST(PlanTest, a_replacement_ends_and_never_takes_the_ready_ones_below_what_is_wanted) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Random random(seed);
    World world(seed, zones_of(seed));
    const int wanted = 1 + static_cast<int>(random.below(8));
    for (int i = 0; i < 500 && !world.settled(wanted); ++i) world.step(wanted);
    ASSERT_TRUE(world.settled(wanted));
    for (ReplicaView& replica : world.replicas) {
      replica.current = false;
      replica.hung = random.below(5) == 0;
    }
    std::size_t most = 0;
    for (int i = 0; i < 2000 && !world.settled(wanted); ++i) {
      world.step(wanted);
      most = std::max(most, world.replicas.size());
    }
    EXPECT_TRUE(world.settled(wanted));
    EXPECT_FALSE(world.fell_below);
    EXPECT_LE(most, static_cast<std::size_t>(2 * wanted + 1));
  }
}

TEST(PlanTest, whatever_is_wanted_from_step_to_step_the_crew_follows) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Random random(seed);
    World world(seed, zones_of(seed));
    int wanted = 0;
    for (int i = 0; i < 200; ++i) {
      if (random.below(10) == 0) wanted = static_cast<int>(random.below(9));
      if (random.below(20) == 0)
        for (ReplicaView& replica : world.replicas) replica.current = false;
      if (random.below(20) == 0)  // another number of zones was in force until now
        for (ReplicaView& replica : world.replicas)
          replica.zone = static_cast<int>(random.below(6));
      world.step(wanted);
      EXPECT_FALSE(world.fell_below);
    }
    for (int i = 0; i < 2000 && !world.settled(wanted); ++i) world.step(wanted);
    EXPECT_TRUE(world.settled(wanted));
  }
}

}  // namespace
}  // namespace headroom::supervisor
