// A service of which nothing is known: its first ramp, and what becomes of caution afterwards.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "scale/fluid_world_for_test.h"

namespace headroom::scale {
namespace {

/// Replicas of so many slots of so many seconds, two at first, that start within a second.
struct FirstDay {
  FluidWorld world;
  Pilot pilot{policy_for_test(2, 40), Explain::no};
  int most = 0;
  double most_believed = 0;  // requests/s of a replica, once anything was learned

  FirstDay(std::uint64_t seed, int slots, double service_s) {
    world.slots = slots;
    world.service_s = service_s;
    world.startup_s = 1;
    world.random = Random(seed);
    world.apply(2);
  }

  [[nodiscard]] const Capacity& capacity() { return pilot.model.services.at("shop").capacity; }

  void second_at(double rate) {
    pilot.advance(world, rate);
    most = std::max(most, pilot.last.replicas);
    if (capacity().basis == Basis::learned)
      most_believed = std::max(most_believed, capacity().per_second());
  }

  /// `low` → `high` → `low` within 100 s.
  void ramp(double low, double high) {
    for (int t = 0; t < 100; ++t) second_at(low + (high - low) * (1 - std::abs(t - 50) / 50.0));
  }

  [[nodiscard]] double good_share() const { return world.good / (world.good + world.missed); }
};

TEST(Ramp, the_first_one_of_a_new_service_is_met_by_replicas_added_in_time) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    FirstDay day(seed, 4, 0.032);  // one carries 125/s
    day.ramp(20, 250);
    EXPECT_GT(day.good_share(), 0.995) << "seed " << seed;
    EXPECT_LE(day.most, 4) << "seed " << seed;
    EXPECT_LT(day.most_believed, 1.25 * 125) << "seed " << seed;
  }
}

TEST(Ramp, replicas_that_work_on_one_request_at_a_time_are_found_out_before_the_objective_breaks) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    FirstDay day(seed, 1, 0.032);  // 31/s
    day.ramp(20, 100);
    EXPECT_GT(day.good_share(), 0.995) << "seed " << seed;
    EXPECT_LT(day.most_believed, 2 * 32) << "one more than the one that was seen, seed " << seed;
  }
}

TEST(Ramp, replicas_that_carry_much_are_not_bought_for_ever) {
  FirstDay day(1, 64, 0.05);  // 1280/s
  day.ramp(20, 1000);
  const int first = day.most;
  EXPECT_LE(first, 6) << "one replica would do";
  for (int t = 0; t < 900; ++t) day.second_at(1000);
  day.most = 0;
  day.ramp(20, 1000);
  EXPECT_LE(day.most, 2) << "min";
  EXPECT_GT(day.capacity().per_second(), 800);
}

TEST(Ramp, one_that_carries_much_from_its_first_second_is_believed_to) {
  FirstDay day(1, 64, 0.05);
  for (int t = 0; t < 60; ++t) day.second_at(900);
  EXPECT_LE(day.most, 3);
  EXPECT_EQ(day.good_share(), 1);
}

}  // namespace
}  // namespace headroom::scale
