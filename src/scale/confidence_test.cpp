// What a capacity is said to be within: as often as is said, and wider where less is known.
#include "scale/confidence.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/random.h"
#include "scale/capacity.h"
#include "scale/fluid_world_for_test.h"

namespace headroom::scale {
namespace {

/// Attempts of a replica that carries 80 requests/s from four in flight on. All attempts of a
/// minute are longer or shorter than those of others, by `weather`.
struct Service {
  Service(double per_second, double weather_now, std::uint64_t seed)
      : attempts(per_second), weather(weather_now), random(seed) {}

  double attempts;
  double weather;
  Random random;
  double now = 0;
  double mean_in_flight = 4;
  double slots = 4;
  ServicePolicy policy = policy_for_test();
  ServiceModel model;

  void serve(int seconds) {
    for (int t = 0; t < seconds; ++t) {
      now += -now / 60 + weather * std::sqrt(2.0 / 60) * random.normal();
      ServiceSeen seen;
      for (auto left = poisson(random, attempts); left > 0; --left) {
        const auto found = static_cast<std::uint32_t>(1 + poisson(random, mean_in_flight));
        const double mean_s = 0.05 * std::max(1.0, found / slots) * std::exp(now);
        const std::size_t level = ByConcurrency::level_of(found);
        ++seen.by_concurrency.attempts[level];
        seen.by_concurrency.latency_s[level] += random.exponential(mean_s);
      }
      learn_capacity(policy, seen, 1, model);
    }
  }
  /// Ten days in which replicas have little to do.
  void rest(int days) {
    for (int hour = 0; hour < 24 * days; ++hour) learn_capacity(policy, {}, 3600, model);
  }
  [[nodiscard]] double spread() const {
    return model.capacity.high_per_second / model.capacity.low_per_second;
  }
};

TEST(Confidence, what_is_said_holds_about_as_often_as_is_said) {
  struct Case {
    double per_second;
    double weather;
    double spread_most;  // the upper end ÷ the lower one, on average
  };
  for (const auto& one : {Case{20, 0.04, 1.2}, Case{200, 0.04, 1.25}, Case{200, 0, 1.15}}) {
    int within = 0;
    double spread = 0;
    constexpr int seeds = 30;  // of 60: 52, 59, 60
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      Service shop(one.per_second, one.weather, seed);
      shop.serve(900);
      const Capacity& capacity = shop.model.capacity;
      const double true_each =
          capacity.concurrency / (0.05 * std::max(1.0, capacity.concurrency / 4));
      within += capacity.low_per_second <= true_each && true_each <= capacity.high_per_second;
      spread += shop.spread() / seeds;
    }
    EXPECT_GE(within, 0.8 * seeds) << one.per_second << "/s, weather " << one.weather;
    EXPECT_LT(spread, one.spread_most) << one.per_second << "/s, weather " << one.weather;
  }
}

TEST(Confidence, attempts_that_share_a_moment_count_for_less) {
  Service alone(200, 0, 3);
  Service together(200, 0.1, 3);
  alone.serve(1800);
  together.serve(1800);
  EXPECT_GT(together.spread() - 1, 2 * (alone.spread() - 1));
}

TEST(Confidence, little_evidence_is_said_to_be_little) {
  Service young(5, 0, 5);
  young.serve(60);
  ASSERT_EQ(young.model.capacity.basis, Basis::learned);
  Service old(5, 0, 5);
  old.serve(3600);
  EXPECT_GT(young.spread() - 1, 2 * (old.spread() - 1));
}

TEST(Confidence, after_ten_days_at_another_load_it_is_old_and_wider) {
  Service shop(200, 0, 7);
  shop.serve(900);
  const Capacity fresh = shop.model.capacity;
  EXPECT_LT(fresh.age_s, 600);
  EXPECT_EQ(confidence_text(fresh).find("as of"), std::string::npos) << confidence_text(fresh);
  shop.rest(10);
  const Capacity old = shop.model.capacity;
  EXPECT_NEAR(old.per_second(), fresh.per_second(), 0.05 * fresh.per_second());
  EXPECT_NE(confidence_text(old).find(", as of 10 days ago"), std::string::npos)
      << confidence_text(old);
  EXPECT_NEAR(std::log(shop.spread() / (fresh.high_per_second / fresh.low_per_second)), 0.5, 0.12);
  shop.mean_in_flight = 0.5;
  shop.serve(600);
  EXPECT_GT(shop.model.capacity.age_s, 8 * 86'400.0) << "with little in flight it stays as old";
  shop.mean_in_flight = 4;
  shop.serve(1800);
  EXPECT_LT(shop.model.capacity.age_s, 2 * 86'400.0);
}

TEST(Confidence, what_was_not_learned_is_not_said_to_be_sure) {
  ServiceModel model;
  learn_capacity(policy_for_test(), {}, 1, model);
  EXPECT_EQ(confidence_text(model.capacity), "");
}

TEST(Confidence, beyond_what_was_tried_the_lower_end_is_what_was_seen) {
  Service shop(50, 0, 9);
  shop.mean_in_flight = 1;
  shop.slots = 64;
  shop.serve(900);
  const Capacity& capacity = shop.model.capacity;
  ASSERT_FALSE(capacity.end_seen);
  ASSERT_GT(capacity.concurrency, capacity.proven);
  EXPECT_LT(capacity.low_per_second, 0.9 * capacity.per_second());
}

}  // namespace
}  // namespace headroom::scale
