// Balancing and waiting.
#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "protect/balance.h"
#include "protect/waiting.h"

namespace headroom::protect {
namespace {

using namespace std::chrono_literals;

Instant at(Duration d) {
  return Instant(d);
}

auto from(const std::vector<Candidate>& list) {
  return [&list](std::size_t i) { return list[i]; };
}

TEST(Balance, the_least_loaded_replica_with_room_is_taken) {
  Random random(1);
  const std::vector<Candidate> replicas = {{.in_flight = 3, .limit = 8},
                                           {.in_flight = 1, .limit = 8},
                                           {.in_flight = 0, .limit = 8, .usable = false},
                                           {.in_flight = 0, .limit = 0}};
  for (int i = 0; i < 20; ++i) EXPECT_EQ(least_loaded(4, from(replicas), random), 1U);
}

TEST(Balance, nobody_is_taken_when_all_are_full) {
  Random random(1);
  const std::vector<Candidate> replicas(40, Candidate{.in_flight = 8, .limit = 8});
  EXPECT_EQ(least_loaded(replicas.size(), from(replicas), random), std::nullopt);
  EXPECT_EQ(least_loaded(3, from(replicas), random), std::nullopt);
  EXPECT_EQ(least_loaded(0, from(replicas), random), std::nullopt);
}

TEST(Balance, one_free_replica_among_many_full_ones_is_found) {
  Random random(7);
  std::vector<Candidate> replicas(100, Candidate{.in_flight = 8, .limit = 8});
  replicas[63].in_flight = 2;
  for (int i = 0; i < 50; ++i) EXPECT_EQ(least_loaded(100, from(replicas), random), 63U);
}

TEST(Balance, a_stuck_replica_is_avoided_by_the_full_scan) {
  constexpr std::uint64_t seed = 42;
  Random random(seed);
  std::vector<Candidate> replicas(4, Candidate{.in_flight = 0, .limit = 100});
  replicas[2].in_flight = 50;  // answers nothing
  std::map<std::size_t, int> taken;
  for (int i = 0; i < 3000; ++i) ++taken[*least_loaded(4, from(replicas), random)];
  EXPECT_EQ(taken.count(2), 0U);
  for (const std::size_t i : {0U, 1U, 3U}) EXPECT_GT(taken[i], 600) << "seed " << seed;
}

TEST(Balance, a_new_replica_grows_into_its_share) {
  EXPECT_DOUBLE_EQ(slow_start_weight(0s, 10s), 0.1);
  EXPECT_DOUBLE_EQ(slow_start_weight(5s, 10s), 0.5);
  EXPECT_DOUBLE_EQ(slow_start_weight(10s, 10s), 1.0);
  Random random(3);
  const std::vector<Candidate> replicas = {{.in_flight = 4, .limit = 100},
                                           {.in_flight = 1, .limit = 100, .weight = 0.25}};
  EXPECT_EQ(least_loaded(2, from(replicas), random), 0U) << "5/1 is less than 2/0.25";
}

TEST(Waiting, the_important_come_first_and_the_rest_in_order) {
  WaitingQueue queue(10);
  Waiter sheddable;
  Waiter normal_1;
  Waiter normal_2;
  Waiter critical;
  EXPECT_TRUE(queue.first_turn().nobody());
  (void)queue.join(sheddable, 2, at(1s));
  (void)queue.join(normal_1, 1, at(2s));
  (void)queue.join(normal_2, 1, at(3s));
  (void)queue.join(critical, 0, at(4s));
  for (Waiter* expected : {&critical, &normal_1, &normal_2, &sheddable}) {
    ASSERT_EQ(queue.first(), expected);
    const Turn turn = queue.first_turn();
    expected->leave();
    EXPECT_LT(turn, queue.first_turn());
  }
  EXPECT_EQ(queue.first(), nullptr);
}

TEST(Waiting, turns_are_ordered_by_rank_then_arrival_and_nobody_is_last) {
  const std::vector<Turn> in_order = {Turn(0, at(9s)),
                                      Turn(0, at(10s)),
                                      Turn(1, at(1s)),
                                      Turn(1, at(1s + 1ns)),
                                      Turn(2, at(0s)),
                                      Turn(2, at(5h)),
                                      Turn(2, at(24h * 365 * 140)),
                                      Turn()};
  for (std::size_t i = 0; i + 1 < in_order.size(); ++i) {
    EXPECT_LT(in_order[i], in_order[i + 1]) << i;
    EXPECT_EQ(Turn::of(in_order[i].word()), in_order[i]);
    EXPECT_FALSE(in_order[i].nobody());
  }
  EXPECT_TRUE(Turn().nobody());
}

TEST(Waiting, a_newcomer_stands_behind_its_own_rank_and_the_more_important) {
  const Turn normal(1, at(5s));
  EXPECT_FALSE(normal.before_newcomer(0));
  EXPECT_TRUE(normal.before_newcomer(1));
  EXPECT_TRUE(normal.before_newcomer(2));
  for (std::uint8_t rank = 0; rank < 3; ++rank) EXPECT_FALSE(Turn().before_newcomer(rank));
}

TEST(Waiting, a_full_queue_refuses_or_displaces_the_least_important_latecomer) {
  WaitingQueue queue(2);
  Waiter first;
  Waiter second;
  Waiter third;
  Waiter critical;
  EXPECT_TRUE(queue.join(first, 2, at(1s)).accepted);
  EXPECT_TRUE(queue.join(second, 2, at(2s)).accepted);
  EXPECT_FALSE(queue.join(third, 2, at(3s)).accepted);
  const auto joined = queue.join(critical, 0, at(4s));
  EXPECT_TRUE(joined.accepted);
  EXPECT_EQ(joined.displaced, &second);
  EXPECT_FALSE(second.waiting());
  EXPECT_EQ(queue.size(), 2U);
}

TEST(Waiting, a_waiter_that_dies_leaves_the_queue) {
  WaitingQueue queue(5);
  Waiter stays;
  (void)queue.join(stays, 1, at(2s));
  {
    Waiter dies;
    (void)queue.join(dies, 0, at(1s));
    EXPECT_EQ(queue.first(), &dies);
  }
  EXPECT_EQ(queue.first(), &stays);
  EXPECT_EQ(queue.size(), 1U);
}

}  // namespace
}  // namespace headroom::protect
