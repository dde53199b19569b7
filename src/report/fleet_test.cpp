// Other fleets on the same traffic, against figures worked out by hand.
#include "report/fleet.h"

#include <gtest/gtest.h>

#include "core/random.h"

namespace headroom::report {
namespace {

std::vector<Arrivals> steady(std::size_t ticks, double per_second, double dt_s = 1) {
  return std::vector<Arrivals>(ticks, {.dt_s = dt_s, .count = per_second * dt_s});
}

/// A replica carries 30 requests/s of 100 ms each; the objective is 1 s.
Station roomy() {
  return {.per_second = 30,
          .service_time_s = 0.1,
          .objective_s = 1,
          .permitted = 0.01,
          .startup_s = 5,
          .replicas_min = 0};
}

TEST(Fleet, without_replicas_everything_is_missed) {
  EXPECT_EQ(missed_share(steady(10, 5), roomy(), [](std::size_t) { return 0; }), 1);
  EXPECT_EQ(missed_share({}, roomy(), [](std::size_t) { return 0; }), 0);
}

TEST(Fleet, a_queue_at_twice_its_capacity_fills_as_it_must) {
  // 20/s before one replica of 10/s. In the first second the wait goes from 0 to 1 s; half of the
  // requests find more than the 0.5 s that the objective leaves. Then the queue is full: all miss.
  const Station station{.per_second = 10,
                        .service_time_s = 0.1,
                        .objective_s = 0.6,
                        .permitted = 0.01,
                        .startup_s = 0,
                        .replicas_min = 0};
  EXPECT_NEAR(missed_share(steady(10, 20), station, [](std::size_t) { return 1; }),
              (0.5 * 20 + 9 * 20) / 200, 1e-9);
}

TEST(Fleet, the_smallest_fixed_fleet_is_the_one_whose_capacity_exceeds_demand) {
  EXPECT_EQ(smallest_fixed_fleet(steady(100, 100), roomy()), 4);  // 3 × 30 < 100 < 4 × 30
  EXPECT_EQ(smallest_fixed_fleet(steady(100, 89), roomy()), 3);
  EXPECT_EQ(smallest_fixed_fleet(steady(100, 0), roomy()), 1);
}

TEST(Fleet, a_tight_objective_needs_room_for_chance) {
  Station tight = roomy();
  tight.objective_s = 0.11;  // 10 ms to wait at most
  EXPECT_GT(smallest_fixed_fleet(steady(100, 100), tight), 4);
}

TEST(Fleet, a_short_crowd_may_be_missed_when_that_is_permitted) {
  auto arrivals = steady(1000, 25);
  for (std::size_t i = 500; i < 502; ++i) arrivals[i].count = 60;  // 120 of 25070 requests
  EXPECT_EQ(smallest_fixed_fleet(arrivals, roomy()), 1);
  Station strict = roomy();
  strict.permitted = 0.0001;
  EXPECT_GT(smallest_fixed_fleet(arrivals, strict), 1);
}

TEST(Fleet, nothing_known_is_no_estimate) {
  EXPECT_EQ(smallest_fixed_fleet(steady(10, 10), Station{}), std::nullopt);
  EXPECT_FALSE(clairvoyant_fleet(steady(10, 10), Station{}));
  EXPECT_EQ(smallest_fixed_fleet(steady(10, 1e9), roomy()), std::nullopt) << "too many";
}

TEST(Fleet, the_clairvoyant_pays_for_what_it_needs_and_no_more) {
  const auto fleet = clairvoyant_fleet(steady(100, 100), roomy());
  ASSERT_TRUE(fleet);
  EXPECT_EQ(fleet->replica_seconds, 400);
  Station floor = roomy();
  floor.replicas_min = 6;
  EXPECT_EQ(clairvoyant_fleet(steady(100, 100), floor)->replica_seconds, 600);
}

TEST(Fleet, the_clairvoyant_keeps_replicas_over_a_lull_shorter_than_a_start) {
  // Ticks of 5 s at 20, 20, 0, 20 requests/s, 10/s a replica: 2, 2, 0, 2 replicas are needed.
  std::vector<Arrivals> arrivals = steady(4, 20, 5);
  arrivals[2].count = 0;
  Station station = roomy();
  station.per_second = 10;
  station.startup_s = 6;
  auto kept = clairvoyant_fleet(arrivals, station);
  EXPECT_EQ(kept->replica_seconds, 2 * 20);
  EXPECT_EQ(kept->replicas, (std::vector{2, 2, 2, 2}));
  station.startup_s = 4;
  auto restarted = clairvoyant_fleet(arrivals, station);
  EXPECT_EQ(restarted->replica_seconds, 2 * 15 + 2 * 4);
  EXPECT_EQ(restarted->replicas, (std::vector{2, 2, 0, 2}));
}

TEST(Fleet, the_clairvoyant_never_needs_more_than_the_fixed_fleet_and_its_starts) {
  constexpr std::uint64_t seed = 11;
  Random random(seed);
  for (int round = 0; round < 50; ++round) {
    std::vector<Arrivals> arrivals;
    double rate = 50;
    for (int i = 0; i < 300; ++i) {
      rate = std::max(5.0, rate * (0.9 + 0.2 * random.uniform()));
      arrivals.push_back({.dt_s = 1, .count = std::floor(rate)});
    }
    Station station = roomy();
    station.startup_s = 0;
    const auto fixed = smallest_fixed_fleet(arrivals, station);
    const auto clairvoyant = clairvoyant_fleet(arrivals, station);
    ASSERT_TRUE(fixed && clairvoyant);
    EXPECT_LE(clairvoyant->replica_seconds, (*fixed + 1) * 300.0) << "seed " << seed;
    EXPECT_LE(
        missed_share(arrivals, station, [&](std::size_t i) { return clairvoyant->replicas[i]; }),
        station.permitted)
        << "seed " << seed << " round " << round;
  }
}

}  // namespace
}  // namespace headroom::report
