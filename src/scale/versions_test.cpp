// Each version of a program has a curve of its own, and finds it again.
#include "scale/versions.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "core/random.h"
#include "scale/capacity.h"
#include "scale/curve.h"
#include "scale/fluid_world_for_test.h"
#include "scale/level_evidence.h"
#include "scale/replica_text.h"
#include "scale/version_check.h"

namespace headroom::scale {
namespace {

using namespace std::chrono_literals;

/// One version's replicas, each with eight slots.
struct Part {
  std::string version;
  int replicas = 1;
  double service_s = 0.05;
  double in_flight = 6;  // others at its replica that an attempt finds, on average
};

/// Replicas of some versions side by side, as the gateway tells of them.
class Rollout {
 public:
  ServicePolicy policy = policy_for_test();
  ServiceModel model;
  bool told_apart = true;

  /// `age`: of the replicas of the last one, which is the youngest.
  void serve(int ticks, const std::vector<Part>& parts) {
    for (int t = 0; t < ticks; ++t) {
      const ServiceSeen seen = second(parts);
      model.starting_version = parts.back().version;
      learn_capacity(policy, seen, 1, model);
    }
  }
  [[nodiscard]] double carries(const std::string& version) {
    if (version == model.serving_versions) return model.capacity.per_second();
    const VersionEvidence* other = find_version(version, model);
    return other != nullptr ? other->capacity.per_second() : 0;
  }

 private:
  ServiceSeen second(const std::vector<Part>& parts) {
    ServiceSeen seen;
    for (const Part& part : parts) {
      VersionAttempts its{.version = part.version, .by_concurrency = {}};
      for (int i = 0; i < part.replicas; ++i)
        seen.replicas.push_back(
            {.id = part.version, .version = part.version, .phase = Phase::ready});
      for (int i = 0; i < 30 * part.replicas; ++i) add(part, its.by_concurrency);
      for (std::size_t i = 0; i < ByConcurrency::level_count; ++i) {
        seen.by_concurrency.attempts[i] += its.by_concurrency.attempts[i];
        seen.by_concurrency.late[i] += its.by_concurrency.late[i];
        seen.by_concurrency.latency_s[i] += its.by_concurrency.latency_s[i];
      }
      if (parts.size() > 1 && told_apart) seen.by_version.push_back(std::move(its));
    }
    return seen;
  }
  void add(const Part& part, ByConcurrency& by) {
    const auto found = static_cast<std::uint32_t>(1 + poisson(random_, part.in_flight));
    const double ahead = std::max(0.0, (found - 8.0) / 8);
    const double latency_s = part.service_s * (ahead + 0.8 + 0.4 * random_.uniform());
    const std::size_t level = ByConcurrency::level_of(found);
    ++by.attempts[level];
    by.late[level] += latency_s > seconds(policy.objective.latency) ? 1 : 0;
    by.latency_s[level] += latency_s;
  }

  Random random_{11};
};

constexpr double quick = 8 / 0.05;  // requests/s of a replica
constexpr double slow = 8 / 0.0625;

Part a(int replicas, double in_flight = 6) {
  return {.version = "a", .replicas = replicas, .service_s = 0.05, .in_flight = in_flight};
}
Part b(int replicas, double in_flight = 6) {
  return {.version = "b", .replicas = replicas, .service_s = 0.0625, .in_flight = in_flight};
}

TEST(Versions, a_deploy_that_costs_a_fifth_changes_the_capacity_while_it_is_rolled_out) {
  Rollout shop;
  shop.serve(600, {a(4)});
  ASSERT_NEAR(shop.model.capacity.per_second(), quick, 0.1 * quick);
  shop.serve(180, {a(3), b(1)});
  EXPECT_EQ(shop.model.serving_versions, "b");
  EXPECT_NEAR(shop.model.capacity.per_second(), slow, 0.1 * slow);
  EXPECT_TRUE(slower_by(shop.model.version_check)) << "it is compared while both serve";
  EXPECT_NEAR(shop.carries("a"), quick, 0.1 * quick);
  shop.serve(60, {b(4)});
  EXPECT_NEAR(shop.model.capacity.per_second(), slow, 0.1 * slow);
}

TEST(Versions, after_a_roll_back_what_was_known_is_known_at_once) {
  Rollout shop;
  shop.serve(600, {a(4)});
  const double attempts = attempts_in(shop.model.levels);
  const double before = shop.model.capacity.per_second();
  shop.serve(120, {a(2), b(2)});
  shop.serve(3600, {b(4)});
  shop.serve(1, {a(4)});
  EXPECT_EQ(shop.model.serving_versions, "a");
  EXPECT_GE(attempts_in(shop.model.levels), 0.9 * attempts);
  EXPECT_NEAR(shop.model.capacity.per_second(), before, 0.02 * before);
  EXPECT_GE(shop.model.capacity.age_s, 3500) << "but it is as old as it is";
}

TEST(Versions, an_hour_of_two_side_by_side_keeps_their_curves_apart) {
  Rollout shop;
  shop.serve(600, {a(4)});
  for (int minute = 0; minute < 60; ++minute) {
    shop.serve(60, {a(2), b(2)});
    if (minute < 3) continue;
    ASSERT_EQ(shop.model.serving_versions, "b") << "the newer one is what will serve";
    ASSERT_NEAR(shop.carries("a"), quick, 0.1 * quick) << "minute " << minute;
    ASSERT_NEAR(shop.carries("b"), slow, 0.1 * slow) << "minute " << minute;
  }
  EXPECT_NE(
      replica_text(shop.policy, shop.model).find("that is of version b; beside it a carries 1"),
      std::string::npos)
      << replica_text(shop.policy, shop.model);
}

TEST(Versions, until_the_new_one_has_evidence_enough_the_one_that_carries_less_counts) {
  Rollout shop;
  shop.serve(600, {a(4)});
  const Part crawling{.version = "b", .replicas = 1, .service_s = 0.1, .in_flight = 6};
  const Part quicker{.version = "c", .replicas = 1, .service_s = 0.025, .in_flight = 6};
  Rollout to_quicker = shop;
  double lowest = quick;
  for (int t = 0; t < 45; ++t) {
    shop.serve(1, {a(4), crawling});
    to_quicker.serve(1, {a(4), quicker});
    lowest = std::min(lowest, shop.model.capacity.per_second());
    const VersionEvidence* fresh = find_version("c", to_quicker.model);
    if (fresh == nullptr || attempts_in(fresh->levels) > 600) continue;
    ASSERT_LE(to_quicker.model.capacity.per_second(), 1.05 * quick) << t;
  }
  EXPECT_LT(lowest, 0.8 * quick);
  to_quicker.serve(600, {a(4), quicker});
  EXPECT_GT(to_quicker.model.capacity.per_second(), 1.5 * quick) << "once there is enough";
}

TEST(Versions, cold_replicas_of_a_new_one_lower_nothing) {
  Rollout shop;
  shop.serve(600, {a(4)});
  const Part cold{.version = "b", .replicas = 1, .service_s = 0.5, .in_flight = 2};
  for (int t = 0; t < 15; ++t) {
    shop.serve(1, {a(4), cold});
    ASSERT_GT(shop.model.capacity.per_second(), 0.9 * quick) << t;
  }
}

TEST(Versions, at_night_a_slower_one_is_believed_to_be_the_curve_of_the_day_but_slower) {
  Rollout shop;
  shop.serve(600, {a(4)});
  shop.serve(60, {a(4, 0.2)});
  shop.serve(20, {a(2, 0.2), b(2, 0.2)});
  Rollout without = shop;
  without.model.version_check.before.clear();  // nothing is compared
  int found_after = 0;
  while (!slower_by(shop.model.version_check) && found_after++ < 300)
    shop.serve(1, {a(2, 0.2), b(2, 0.2)});
  ASSERT_LT(found_after, 300);
  EXPECT_NEAR(shop.carries("b"), slow, 0.1 * slow);
  without.serve(found_after, {a(2, 0.2), b(2, 0.2)});
  EXPECT_LT(without.carries("b"), 0.8 * slow);
  shop.serve(1800, {b(4, 0.2)});
  without.serve(1800, {b(4, 0.2)});
  EXPECT_NEAR(shop.model.capacity.per_second(), slow, 0.15 * slow);
  EXPECT_LT(shop.model.capacity.proven, 7) << "a guess proves nothing";
  EXPECT_LT(shop.model.capacity.low_per_second, 0.8 * slow) << "and is not sure";
  EXPECT_LT(without.model.capacity.per_second(), 0.8 * slow);
  shop.serve(600, {b(4)});
  EXPECT_NEAR(shop.model.capacity.per_second(), slow, 0.1 * slow) << "as it is by day";
  EXPECT_GE(shop.model.capacity.proven, 7);
}

TEST(Versions, the_last_few_are_kept) {
  Rollout shop;
  shop.serve(120, {a(1)});
  for (const char* version : {"b", "c", "d", "e", "f"}) {
    shop.serve(120, {{.version = version, .replicas = 1}});
    EXPECT_LE(shop.model.other_versions.size(), other_versions_max);
  }
  EXPECT_EQ(find_version("a", shop.model), nullptr);
  EXPECT_NE(find_version("e", shop.model), nullptr);
  EXPECT_NE(find_version("c", shop.model), nullptr);
}

TEST(Versions, where_they_are_not_told_apart_the_one_before_keeps_what_it_showed) {
  Rollout shop;
  shop.told_apart = false;
  shop.serve(600, {a(4)});
  const double attempts = attempts_in(shop.model.levels);
  shop.serve(600, {a(2), b(2)});
  EXPECT_EQ(shop.model.serving_versions, "a b");
  EXPECT_LT(shop.model.capacity.per_second(), 0.97 * quick);
  shop.serve(1, {a(4)});
  EXPECT_EQ(shop.model.serving_versions, "a");
  EXPECT_GE(attempts_in(shop.model.levels), 0.9 * attempts);
  EXPECT_EQ(shop.model.other_versions.size(), 0U) << "what served together is not kept";
}

TEST(Versions, a_tick_that_knows_no_replica_changes_nothing) {
  Rollout shop;
  shop.serve(600, {a(4)});
  shop.serve(180, {a(3), b(1)});
  const VersionCheck before = shop.model.version_check;
  learn_capacity(shop.policy, {}, 1, shop.model);
  shop.serve(1, {a(3), b(1)});
  EXPECT_EQ(shop.model.serving_versions, "b");
  EXPECT_EQ(shop.model.version_check.version, before.version);
  EXPECT_GT(shop.model.version_check.serves_s, before.serves_s) << "it goes on";
}

TEST(Versions, another_objective_doubts_what_is_kept_too) {
  Rollout shop;
  shop.serve(600, {a(4)});
  shop.serve(120, {b(4)});
  shop.policy.objective.latency = 100ms;
  shop.serve(1, {b(4)});
  const VersionEvidence* kept = find_version("a", shop.model);
  ASSERT_NE(kept, nullptr);
  EXPECT_LT(attempts_in(kept->levels), 300);
  for (const LevelEvidence& level : kept->levels) EXPECT_EQ(level.late, 0);
}

TEST(Versions, a_slower_guess_is_put_only_where_nothing_was_seen) {
  std::vector<LevelEvidence> before(ByConcurrency::level_count);
  std::vector<LevelEvidence> levels(ByConcurrency::level_count);
  before[0] = {.attempts = 1000, .late = 0, .latency_s = 50};
  before[7] = {.attempts = 1000, .late = 20, .latency_s = 80};
  levels[0] = {.attempts = 100, .late = 0, .latency_s = 6};
  before[9] = {.attempts = 1000, .late = 0, .latency_s = 100};
  guess_unseen(before, 1.25, 0.01, 0.2, levels);
  EXPECT_EQ(levels[0].attempts, 100);
  EXPECT_NEAR(levels[7].attempts, 4 * attempts_needed(0.01), 1);
  EXPECT_NEAR(levels[7].latency_s / levels[7].attempts, 0.1, 1e-9);
  EXPECT_NEAR(levels[7].late / levels[7].attempts, 0.02, 1e-9);
  EXPECT_EQ(levels[3].attempts, 0);
  EXPECT_EQ(levels[9].attempts, 0) << "more than half the objective";
}

}  // namespace
}  // namespace headroom::scale
