// The limit of a replica that is kept full, or nearly: what it settles at, and what moves it.
#include "scale/limit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <queue>
#include <vector>

#include "core/random.h"
#include "scale/capacity.h"
#include "scale/fluid_world_for_test.h"

namespace headroom::scale {
namespace {

using namespace std::chrono_literals;

constexpr double endless = 1e9;  // requests/s

/// One replica: slots that are taken in the order of coming, by requests that come at random and
/// are let in up to the limit; those beyond it go away.
struct Replica {
  int slots = 4;
  double service_s = 0.032;
  double spread = 0.25;   // of the service time, evenly to both sides
  double slow_share = 0;  // of the requests, with an objective that they meet
  double slow_s = 0;
  double per_second = endless;
  double stands_still_every_s = 0;  // for 300 ms, as where the machine is busy; 0: never
  Random random{11};

  double now_s = 0;
  double next_arrival_s = 0;
  double next_stop_s = 0;
  std::vector<double> busy_until_s{};  // each slot
  std::priority_queue<double, std::vector<double>, std::greater<>> ends_s{};
  double in_time = 0;  // attempts within the objective, in the last second

  /// A second with so many places.
  ByConcurrency second(int places, const ServicePolicy& policy) {
    ByConcurrency seen;
    in_time = 0;
    const double end_s = now_s + 1;
    busy_until_s.resize(static_cast<std::size_t>(slots), now_s);
    while (now_s < end_s) {
      // With endless demand a place is taken as soon as it is free.
      const bool full = static_cast<int>(ends_s.size()) >= places;
      if (per_second == endless)
        now_s = full ? ends_s.top() : now_s;
      else
        now_s = next_arrival_s += random.exponential(1 / per_second);
      while (!ends_s.empty() && ends_s.top() <= now_s) ends_s.pop();
      if (stands_still_every_s > 0 && now_s >= next_stop_s) {
        next_stop_s = now_s + random.exponential(stands_still_every_s);
        for (double& slot : busy_until_s) slot = std::max(now_s, slot) + 0.3;
      }
      if (static_cast<int>(ends_s.size()) < places) send(policy, seen);
    }
    return seen;
  }

 private:
  void send(const ServicePolicy& policy, ByConcurrency& seen) {
    auto slot = std::ranges::min_element(busy_until_s);
    const bool slow = slow_share > 0 && random.uniform() < slow_share;
    const double time_s = (slow ? slow_s : service_s) * (1 + spread * (2 * random.uniform() - 1));
    *slot = std::max(now_s, *slot) + time_s;
    const double latency_s = *slot - now_s;
    ends_s.push(*slot);
    const std::size_t level = ByConcurrency::level_of(static_cast<std::uint32_t>(ends_s.size()));
    const bool late = latency_s > (slow ? 3 * slow_s : seconds(policy.objective.latency));
    ++seen.attempts[level];
    seen.late[level] += late ? 1 : 0;
    seen.latency_s[level] += latency_s;
    in_time += late ? 0 : 1;
  }
};

/// The gateway and the learner around one replica.
struct Front {
  ServicePolicy policy = policy_for_test();
  ServiceModel model;
  InFlightLimit limit;

  void tick(Replica& replica) {
    ServiceSeen seen;
    seen.by_concurrency = replica.second(limit.in_flight > 0 ? limit.places() : 8, policy);
    learn_capacity(policy, seen, 1, model);
    limit = next_limit(policy, model, seen.by_concurrency, limit);
  }
  void run(Replica& replica, int ticks) {
    for (int i = 0; i < ticks; ++i) tick(replica);
  }
};

TEST(InFlightLimit, begins_with_the_prior_or_what_is_stated) {
  ServicePolicy policy = policy_for_test();
  EXPECT_EQ(next_limit(policy, {}, {}, {}).places(), 8);
  policy.objective.latency = 5s;
  EXPECT_EQ(next_limit(policy, {}, {}, {}).places(), 80);
  policy.replicas.concurrency = 3;
  EXPECT_EQ(next_limit(policy, {}, {}, {}).places(), 3);
  policy.replicas.concurrency = 100;
  EXPECT_EQ(next_limit(policy, {}, {}, {}).places(), 100);
}

TEST(InFlightLimit, four_slots_of_32_ms_under_endless_demand_are_kept_busy_and_in_time) {
  Front front;
  Replica replica;
  front.run(replica, 5);
  for (int i = 0; i < 300; ++i) {
    front.tick(replica);
    EXPECT_GE(front.limit.places(), 4) << i;
    EXPECT_LE(front.limit.places(), 8) << "a third of 150 ms at 125 requests/s is 6.25";
    EXPECT_GE(replica.in_time, 0.95 * 125) << i;
  }
}

TEST(InFlightLimit, what_only_queues_is_let_in_no_further_once_that_is_learned) {
  Front front;
  front.policy.objective.latency = 2s;  // by its third alone, 83 in flight would do
  Replica replica;
  for (const double per_second : {30.0, 60.0, 90.0, 120.0}) {
    replica.per_second = per_second;
    front.run(replica, 60);
  }
  replica.per_second = endless;
  front.run(replica, 60);
  EXPECT_GE(front.limit.places(), 4);
  EXPECT_LE(front.limit.places(), 10);
}

TEST(InFlightLimit, one_slot_whose_time_alone_is_most_of_the_objective_gets_one_at_a_time) {
  Front front;
  Replica replica{.slots = 1, .service_s = 0.1};
  double in_time = 0;
  for (int i = 0; i < 200; ++i) {
    front.tick(replica);
    in_time += replica.in_time;
  }
  EXPECT_GE(in_time, 0.7 * 200 * 10) << "of ten a second, while it is found out";
  for (int i = 0; i < 60; ++i) {
    front.tick(replica);
    EXPECT_EQ(front.limit.places(), 1) << i;
  }
}

TEST(InFlightLimit, grows_while_more_in_flight_takes_no_longer) {
  for (const double service_s : {0.05, 0.3, 1.0}) {
    Front front;
    front.policy.objective.latency = from_seconds(4 * service_s);
    Replica replica{.slots = 256, .service_s = service_s};
    front.run(replica, 20 + static_cast<int>(40 * service_s));
    EXPECT_EQ(front.limit.places(), front.policy.replicas.concurrency) << service_s;
  }
}

TEST(InFlightLimit, grows_under_overload_from_the_first_second_on) {
  // Few were never in flight, so there is nothing to compare with.
  for (const double objective_s : {0.3, 0.15, 0.13}) {
    Front front;
    front.policy.objective.latency = from_seconds(objective_s);
    Replica replica{.slots = 256, .service_s = 0.1};
    front.run(replica, 30);
    EXPECT_GE(front.limit.places(), 200) << objective_s;
  }
}

TEST(InFlightLimit, comes_down_from_far_too_many_until_hardly_any_is_late) {
  // Fewer were never in flight: with so many late that they are just let in, it stayed there.
  Front front;
  front.policy.objective.latency = 100ms;
  front.limit.in_flight = 256;
  Replica replica{.slots = 4, .service_s = 0.0227, .spread = 0.7};
  front.run(replica, 15);
  double in_time = 0;
  for (int i = 0; i < 60; ++i) {
    front.tick(replica);
    EXPECT_GE(front.limit.places(), 4) << i;
    EXPECT_LE(front.limit.places(), 8) << i;
    in_time += replica.in_time;
  }
  EXPECT_GE(in_time, 0.97 * 60 * 4 / 0.0227);
}

TEST(InFlightLimit, comes_down_where_all_are_late_and_none_is_near_it) {
  // A hundred clients, each with one request after the other, before two replicas of four slots.
  ServicePolicy policy = policy_for_test();
  policy.objective.latency = 100ms;
  ServiceModel model;
  InFlightLimit limit{.in_flight = 256};
  for (int i = 0; i < 30; ++i) {
    const int in_flight = std::min(50, limit.places());
    const double latency_s = std::max(1.0, in_flight / 4.0) * 0.02;
    ServiceSeen seen;
    const std::size_t level = ByConcurrency::level_of(static_cast<std::uint32_t>(in_flight));
    seen.by_concurrency.attempts[level] = static_cast<std::uint32_t>(in_flight / latency_s);
    if (latency_s > 0.1) seen.by_concurrency.late[level] = seen.by_concurrency.attempts[level];
    seen.by_concurrency.latency_s[level] = in_flight;
    learn_capacity(policy, seen, 1, model);
    limit = next_limit(policy, model, seen.by_concurrency, limit);
  }
  EXPECT_GE(limit.places(), 4);
  EXPECT_LE(limit.places(), 10);
}

TEST(InFlightLimit, a_route_that_takes_longer_than_the_others_objective_takes_no_places_away) {
  Front front;
  front.policy.objective.latency = 50ms;
  Replica replica{.slots = 32, .service_s = 0.005, .slow_share = 0.2, .slow_s = 0.4};
  replica.per_second = 20;
  front.run(replica, 30);
  replica.per_second = 250;  // 21 in flight
  front.run(replica, 30);
  for (int i = 0; i < 300; ++i) {
    front.tick(replica);
    ASSERT_GE(front.limit.places(), 21) << i;
  }
}

TEST(InFlightLimit, is_never_above_the_stated_concurrency) {
  Front front;
  front.policy.replicas.concurrency = 5;
  Replica replica{.slots = 1000};
  for (int i = 0; i < 30; ++i) {
    front.tick(replica);
    ASSERT_LE(front.limit.places(), 5);
  }
  EXPECT_EQ(front.limit.places(), 5);
}

TEST(InFlightLimit, rises_when_the_replica_becomes_faster) {
  Front front;
  Replica replica;
  front.run(replica, 300);
  replica.slots = 16;
  replica.busy_until_s.clear();
  front.run(replica, 300);
  EXPECT_GE(front.limit.places(), 16);
}

TEST(InFlightLimit, a_store_that_is_slow_for_a_while_takes_no_places_away) {
  Front front;
  Replica replica{.per_second = 110};
  front.run(replica, 300);
  replica.service_s = 0.3;  // longer than the objective, however few are in flight
  for (int i = 0; i < 120; ++i) {
    front.tick(replica);
    ASSERT_GE(front.limit.places(), 4) << i;
  }
  replica.service_s = 0.032;
  front.run(replica, 10);
  EXPECT_GE(replica.in_time, 80);
}

TEST(InFlightLimit, moments_in_which_everything_stands_still_do_not_wear_it_down) {
  Front front;
  Replica replica{.per_second = 80, .stands_still_every_s = 3};
  front.run(replica, 60);
  for (int i = 0; i < 900; ++i) {
    front.tick(replica);
    ASSERT_GE(front.limit.places(), 4) << i;
  }
  replica.per_second = endless;
  front.run(replica, 10);
  EXPECT_GE(front.limit.places(), 4);
}

TEST(InFlightLimit, little_traffic_moves_nothing) {
  Front front;
  Replica replica{.per_second = 3};
  front.tick(replica);
  const double before = front.limit.in_flight;
  front.run(replica, 600);
  EXPECT_EQ(front.limit.in_flight, before);
}

TEST(InFlightLimit, stays_between_one_and_what_is_stated_whatever_is_seen) {
  Random random(5);
  for (int round = 0; round < 300; ++round) {
    Front front;
    front.policy.replicas.concurrency = 1 + static_cast<int>(random.below(300));
    front.policy.objective.latency = from_seconds(std::pow(10, -3 + 5 * random.uniform()));
    for (int tick = 0; tick < 50; ++tick) {
      ServiceSeen seen;
      for (std::size_t i = 0; i < ByConcurrency::level_count; ++i) {
        seen.by_concurrency.attempts[i] = static_cast<std::uint32_t>(random.below(200));
        seen.by_concurrency.late[i] = static_cast<std::uint32_t>(random.below(200));
        seen.by_concurrency.latency_s[i] = std::pow(10, -6 + 9 * random.uniform());
      }
      learn_capacity(front.policy, seen, 1, front.model);
      front.limit = next_limit(front.policy, front.model, seen.by_concurrency, front.limit);
      ASSERT_GE(front.limit.places(), 1);
      ASSERT_LE(front.limit.places(), front.policy.replicas.concurrency);
    }
  }
}

TEST(Admission, a_cold_start_is_waited_for_twice_as_long_as_is_planned_with) {
  ServiceModel model;
  EXPECT_EQ(admission({}, model).cold_start, 15s);
  EXPECT_EQ(first_admission(policy_for_test()), (Admission{.in_flight = 8, .cold_start = 15s}));
  model.lead_s = 3.5;
  EXPECT_EQ(admission({.in_flight = 5.9}, model), (Admission{.in_flight = 5, .cold_start = 7s}));
  model.lead_s = 1.38;
  EXPECT_EQ(admission({}, model).cold_start, 5s) << "one lucky start is no promise";
}

}  // namespace
}  // namespace headroom::scale
