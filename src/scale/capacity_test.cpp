// What is learned about a replica, from attempts alone.
#include "scale/capacity.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/random.h"
#include "scale/curve.h"
#include "scale/estimate.h"
#include "scale/fluid_world_for_test.h"
#include "scale/need.h"

namespace headroom::scale {
namespace {

using namespace std::chrono_literals;

/// Attempts of one second at a replica whose `slots` each take `service_s`, exponentially spread.
struct Pool {
  int slots = 8;
  double service_s = 0.05;
  double outage_s = 0;  // the store adds this to every attempt
  Random random{7};

  ServiceSeen second(double in_flight, int attempts, const ServicePolicy& policy) {
    ServiceSeen seen;
    for (int i = 0; i < attempts; ++i) {
      const auto found = static_cast<std::uint32_t>(1 + poisson(random, in_flight));
      const double ahead = std::max(0.0, static_cast<double>(found) - slots) / slots;
      const double latency_s =
          outage_s + service_s * ahead + service_s * (0.5 + random.exponential(0.5));
      const std::size_t level = ByConcurrency::level_of(found);
      ++seen.by_concurrency.attempts[level];
      seen.by_concurrency.latency_s[level] += latency_s;
      if (latency_s > seconds(policy.objective.latency)) ++seen.by_concurrency.late[level];
    }
    return seen;
  }
};

void learn_for(int ticks, Pool& pool, double in_flight, const ServicePolicy& policy,
               ServiceModel& model) {
  for (int t = 0; t < ticks; ++t)
    learn_capacity(policy, pool.second(in_flight, 100, policy), 1, model);
}

TEST(Capacity, a_pool_of_eight_slots_of_50_ms_carries_eight) {
  for (const auto latency : {150ms, 300ms, 1000ms}) {
    Pool pool;
    ServicePolicy policy = policy_for_test();
    policy.objective.latency = latency;
    ServiceModel model;
    learn_for(300, pool, 7, policy, model);
    EXPECT_NEAR(model.capacity.concurrency, 8, 1) << latency.count();
    EXPECT_NEAR(model.capacity.per_second(), 160, 12) << latency.count();
    EXPECT_NEAR(model.service_time_s, 0.05, 0.003) << latency.count();
    EXPECT_EQ(model.capacity.basis, Basis::learned);
  }
}

TEST(Capacity, the_objective_limits_it_where_throughput_would_still_grow) {
  // One attempt takes 20 ms and 5 ms more for each other one in flight: k / latency(k) grows for
  // ever, but at 60 ms an attempt with more than 9 in flight is late.
  ServicePolicy policy = policy_for_test();
  policy.objective.latency = 60ms;
  ServiceModel model;
  Random random(3);
  for (int t = 0; t < 600; ++t) {
    ServiceSeen seen;
    for (int i = 0; i < 100; ++i) {
      const auto found = static_cast<std::uint32_t>(1 + poisson(random, 7));
      const double latency_s = 0.015 + 0.005 * found;
      const std::size_t level = ByConcurrency::level_of(found);
      ++seen.by_concurrency.attempts[level];
      seen.by_concurrency.latency_s[level] += latency_s;
      if (latency_s > 0.0601) ++seen.by_concurrency.late[level];
    }
    learn_capacity(policy, seen, 1, model);
  }
  EXPECT_NEAR(model.capacity.concurrency, 8.5, 1);  // 8 gives 97% of the throughput of 9
}

TEST(Capacity, a_prior_holds_until_something_is_learned) {
  ServicePolicy policy = policy_for_test();
  ServiceModel model;
  learn_capacity(policy, {}, 1, model);
  EXPECT_EQ(model.capacity.basis, Basis::prior);
  EXPECT_EQ(model.capacity.concurrency, 8);
  EXPECT_EQ(describe(model.capacity, 0.01), "prior 8, nothing learned yet: 213 requests/s each");

  policy.replicas.concurrency = 5;
  ServiceModel stated;
  learn_capacity(policy, {}, 1, stated);
  EXPECT_EQ(stated.capacity.basis, Basis::stated);
  EXPECT_EQ(stated.capacity.concurrency, 5);
}

TEST(Capacity, nothing_is_believed_beyond_a_quarter_above_what_was_seen) {
  Pool pool{.slots = 1000};
  ServicePolicy policy = policy_for_test();
  policy.objective.latency = 300ms;
  ServiceModel model;
  double highest = 0;
  for (int t = 0; t < 2000; ++t) {
    const ServiceSeen seen = pool.second(20, 50, policy);
    for (std::size_t i = 0; i < ByConcurrency::level_count; ++i)
      if (seen.by_concurrency.attempts[i] > 0)
        highest = std::max<double>(highest, ByConcurrency::edge(i + 1) - 1);
    learn_capacity(policy, seen, 1, model);
    if (model.capacity.basis == Basis::learned) {
      ASSERT_LE(model.capacity.concurrency, extrapolation_max * highest + 1e-9);
    }
  }
  EXPECT_GT(model.capacity.concurrency, 20) << "an unbounded replica is found out";
}

TEST(Capacity, a_store_that_is_out_does_not_collapse_it) {
  Pool pool;
  const ServicePolicy policy = policy_for_test();
  ServiceModel model;
  learn_for(300, pool, 6, policy, model);
  const double before = model.capacity.per_second();

  pool.outage_s = 2;
  bool held = false;
  for (int t = 0; t < 120; ++t) {
    learn_for(1, pool, t < 10 ? 6 : 40, policy, model);
    held = held || model.capacity.basis == Basis::held;
    EXPECT_GT(model.capacity.per_second(), 0.9 * before) << "second " << t << " of the outage";
  }
  EXPECT_TRUE(held);
  pool.outage_s = 0;
  learn_for(60, pool, 6, policy, model);
  EXPECT_EQ(model.capacity.basis, Basis::learned);
  EXPECT_NEAR(model.capacity.per_second(), before, 0.1 * before);
}

TEST(Capacity, cold_replicas_that_are_late_at_little_concurrency_do_not_lower_it) {
  Pool pool;
  const ServicePolicy policy = policy_for_test();
  ServiceModel model;
  learn_for(300, pool, 7, policy, model);
  const double before = model.capacity.per_second();
  for (int t = 0; t < 300; ++t) {
    ServiceSeen seen = pool.second(7, 100, policy);
    if (t % 30 < 3) {  // a new one, slow for its first 3 s
      seen.by_concurrency.attempts[0] += 10;
      seen.by_concurrency.late[0] += 10;
      seen.by_concurrency.latency_s[0] += 10 * 0.4;
    }
    learn_capacity(policy, seen, 1, model);
    EXPECT_GT(model.capacity.per_second(), 0.85 * before) << t;
  }
}

TEST(Capacity, what_is_late_by_chance_alone_is_not_blamed_on_concurrency) {
  ServicePolicy policy = policy_for_test();
  policy.replicas.concurrency = 8;
  policy.objective.quantile = 0.997;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Random random(seed);
    ServiceModel model;
    double lowest = 8;
    for (int t = 0; t < 2 * 3600; ++t) {
      ServiceSeen seen;
      for (int i = 0; i < 20; ++i) {  // however many are in flight, one of 400 is late
        const auto level = static_cast<std::size_t>(random.below(8));
        ++seen.by_concurrency.attempts[level];
        seen.by_concurrency.latency_s[level] += random.exponential(0.05);
        seen.by_concurrency.late[level] += random.uniform() < 0.0025 ? 1 : 0;
      }
      learn_capacity(policy, seen, 1, model);
      if (t > 600) lowest = std::min(lowest, model.capacity.concurrency);
    }
    EXPECT_GT(lowest, 7) << "seed " << seed;
  }
}

/// Six hours of requests of half a minute, two a second, of which one in 400 is late by itself:
/// answers the lowest concurrency that is believed after the first hour.
double lowest_of_few_long_requests(double quantile, std::uint64_t seed, ServiceModel& model) {
  ServicePolicy policy = policy_for_test();
  policy.objective.quantile = quantile;
  policy.objective.latency = 287s;
  Random random(seed);
  double lowest = 8;
  for (int t = 0; t < 6 * 3600; ++t) {
    ServiceSeen seen;
    const double in_flight = 4 + 3 * std::sin(t / 1000.0);
    for (std::uint64_t i = poisson(random, 2); i-- > 0;) {
      const auto found =
          static_cast<std::uint32_t>(std::min<std::uint64_t>(8, 1 + poisson(random, in_flight)));
      const std::size_t level = ByConcurrency::level_of(found);
      ++seen.by_concurrency.attempts[level];
      seen.by_concurrency.latency_s[level] += random.exponential(39);
      if (random.uniform() < 0.0025) ++seen.by_concurrency.late[level];
    }
    learn_capacity(policy, seen, 1, model);
    if (t > 3600) lowest = std::min(lowest, model.capacity.concurrency);
  }
  return lowest;
}

TEST(Capacity, how_many_are_late_alone_may_have_been_luck_where_attempts_are_few) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    ServiceModel model;
    EXPECT_GT(lowest_of_few_long_requests(0.999, seed, model), 7) << "seed " << seed;
  }
}

TEST(Capacity, one_that_is_late_by_itself_is_no_incident_that_is_left_out) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    ServiceModel model;
    EXPECT_GT(lowest_of_few_long_requests(0.9999, seed, model), 7) << "seed " << seed;
    EXPECT_NEAR(model.capacity.late_alone, 0.0025, 0.001) << "seed " << seed;
  }
}

TEST(Capacity, an_incident_takes_four_late_attempts_within_seconds) {
  Pool pool;
  ServicePolicy policy = policy_for_test();
  policy.objective.quantile = 0.999;
  policy.objective.latency = 1000ms;
  ServiceModel model;
  learn_for(600, pool, 5, policy, model);
  for (int t = 0; t < 60; ++t) learn_capacity(policy, pool.second(5, 2, policy), 1, model);
  for (int late = 1; late <= 4; ++late) {
    ServiceSeen seen = pool.second(5, 2, policy);
    ++seen.by_concurrency.attempts[4];
    ++seen.by_concurrency.late[4];
    learn_capacity(policy, seen, 1, model);
    EXPECT_EQ(model.capacity.basis, late < 4 ? Basis::learned : Basis::held) << late;
  }
}

TEST(Capacity, an_objective_that_one_idle_replica_misses_is_said_to_be_out_of_reach) {
  Pool pool;
  ServicePolicy policy = policy_for_test();
  policy.objective.latency = 60ms;
  ServiceModel model;
  learn_for(300, pool, 7, policy, model);
  EXPECT_GT(model.capacity.late_alone, 0.2);
  EXPECT_NEAR(model.capacity.per_second(), 160, 20) << "as much as it carries without more late";
  EXPECT_NE(describe(model.capacity, 0.01).find("are late even with little in flight"),
            std::string::npos);
}

TEST(Capacity, replicas_that_are_flooded_from_the_start_are_not_said_to_be_late_by_themselves) {
  Pool pool;
  const ServicePolicy policy = policy_for_test();
  ServiceModel model;
  learn_for(10, pool, 200, policy, model);
  EXPECT_EQ(model.capacity.late_alone, 0);
  EXPECT_LE(model.capacity.concurrency, concurrency_prior);
  EXPECT_EQ(model.capacity.basis, Basis::prior);
  EXPECT_NEAR(model.capacity.per_second(), 160, 10) << "as many as were served";
}

TEST(Capacity, slower_replicas_are_found_out_within_minutes) {
  Pool pool;
  ServicePolicy policy = policy_for_test();
  policy.objective.latency = 400ms;
  ServiceModel model;
  learn_for(600, pool, 7, policy, model);
  pool.service_s = 0.075;
  learn_for(1200, pool, 7, policy, model);
  EXPECT_NEAR(model.capacity.per_second(), 8 / 0.075, 0.12 * 8 / 0.075);
}

ReplicaSeen ready(std::string version, Duration age) {
  ReplicaSeen replica;
  replica.version = std::move(version);
  replica.phase = Phase::ready;
  replica.age = age;
  return replica;
}

/// Attempts of some seconds at replicas of these versions.
void learn_of(std::vector<ReplicaSeen> replicas, int ticks, Pool& pool, double in_flight,
              ServiceModel& model) {
  for (int t = 0; t < ticks; ++t) {
    ServiceSeen seen = pool.second(in_flight, 100, policy_for_test());
    seen.replicas = replicas;
    learn_capacity(policy_for_test(), seen, 1, model);
  }
}

TEST(Capacity, what_is_known_of_an_old_version_is_outweighed_within_seconds) {
  Pool pool;
  ServiceModel model;
  learn_of({ready("old", 1h)}, 600, pool, 7, model);
  EXPECT_NEAR(model.capacity.per_second(), 160, 12);
  pool.slots = 2;
  learn_of({ready("new", 5s)}, 15, pool, 3, model);
  EXPECT_NEAR(model.capacity.per_second(), 40, 12);
  EXPECT_EQ(model.capacity.basis, Basis::learned) << "and not held";
}

TEST(Capacity, of_a_new_version_the_old_one_is_believed_until_it_has_shown_itself) {
  Pool pool;
  ServiceModel model;
  learn_of({ready("old", 1h)}, 600, pool, 7, model);
  ServiceSeen quiet;
  quiet.replicas = {ready("new", 5s)};
  for (int t = 0; t < 10; ++t) learn_capacity(policy_for_test(), quiet, 1, model);
  EXPECT_NEAR(model.capacity.per_second(), 160, 20);
  EXPECT_EQ(model.capacity.proven, 0) << "nothing is proven of it";
  EXPECT_LT(model.capacity.attempts, 300);
}

TEST(Capacity, what_two_versions_showed_together_is_a_guess_at_what_one_does) {
  Pool pool;
  ServiceModel model;
  learn_of({ready("old", 1h)}, 600, pool, 7, model);
  learn_of({ready("old", 1h), ready("new", 5s)}, 1, pool, 7, model);
  EXPECT_LT(attempts_in(model.levels), 300);
  learn_of({ready("new", 1min), ready("old", 1h)}, 60, pool, 7, model);
  EXPECT_GT(attempts_in(model.levels), 5000) << "while both serve, that is what is learned";
  learn_of({ready("new", 2min)}, 1, pool, 7, model);
  EXPECT_LT(attempts_in(model.levels), 300);
  learn_of({ready("new", 3min)}, 60, pool, 7, model);
  EXPECT_GT(attempts_in(model.levels), 5000);
}

TEST(Capacity, a_replica_that_only_starts_is_no_version_that_serves) {
  Pool pool;
  ServiceModel model;
  ReplicaSeen starting = ready("new", 5s);
  starting.phase = Phase::starting;
  learn_of({ready("old", 1h)}, 600, pool, 7, model);
  const double attempts = attempts_in(model.levels);
  learn_of({ready("old", 1h), starting}, 60, pool, 7, model);
  EXPECT_GT(attempts_in(model.levels), attempts);
}

TEST(Capacity, the_end_of_the_curve_is_told_from_the_most_that_was_seen) {
  ServiceModel many;
  Pool large{.slots = 64};
  learn_for(60, large, 4, policy_for_test(), many);
  EXPECT_FALSE(many.capacity.end_seen);
  ServiceModel few;
  Pool small{.slots = 2};
  learn_for(60, small, 4, policy_for_test(), few);
  EXPECT_TRUE(few.capacity.end_seen);
}

/// A limit in force lets a replica have a quarter more in flight than is believed, one at least.
TEST(Capacity, it_grows_through_what_a_limit_leaves) {
  Pool pool;
  const ServicePolicy policy = policy_for_test();
  ServiceModel model;
  learn_for(10, pool, 0.1, policy, model);
  EXPECT_LT(model.capacity.concurrency, 4);
  for (int t = 0; t < 600; ++t) {
    const auto limit = static_cast<std::uint32_t>(
        std::max(model.capacity.concurrency + 1, 1.25 * model.capacity.concurrency));
    const ServiceSeen open = pool.second(12, 100, policy);
    ServiceSeen held;
    for (std::size_t i = 0; i < ByConcurrency::level_count; ++i) {
      const std::size_t level = std::min(i, ByConcurrency::level_of(limit));
      const double slower =  // as slow as with no more than the limit in flight
          std::max(1.0, concurrency_of(level) / pool.slots) /
          std::max(1.0, concurrency_of(i) / pool.slots);
      held.by_concurrency.attempts[level] += open.by_concurrency.attempts[i];
      held.by_concurrency.latency_s[level] += slower * open.by_concurrency.latency_s[i];
    }
    learn_capacity(policy, held, 1, model);
  }
  EXPECT_NEAR(model.capacity.concurrency, 8, 1);
  EXPECT_TRUE(model.capacity.end_seen);
}

TEST(Capacity, adjacent_violators_are_pooled) {
  const std::vector<Pooled> points{{1, 1}, {6, 2}, {2, 1}, {2, 2}, {9, 1}};
  std::vector<double> means;
  for (const auto& pooled : nondecreasing(points)) means.push_back(pooled.mean());
  EXPECT_EQ(means, (std::vector<double>{1, 2, 2, 2, 9}));
}

TEST(Capacity, wilson_bounds_match_hand_worked_ones) {
  // Wilson (1927) for 5 of 50 at 1.96: 0.0434 … 0.2136.
  EXPECT_NEAR(wilson(5, 50, -1.96), 0.0434, 0.0005);
  EXPECT_NEAR(wilson(5, 50, 1.96), 0.2136, 0.0005);
  EXPECT_NEAR(wilson(0, 100, -1.96), 0, 1e-12);
}

}  // namespace
}  // namespace headroom::scale
