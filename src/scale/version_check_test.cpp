// A new version that is slower is found within minutes; one that is not is hardly ever blamed.
#include "scale/version_check.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/random.h"
#include "scale/capacity.h"
#include "scale/fluid_world_for_test.h"

namespace headroom::scale {
namespace {

/// Replicas whose attempts take exponential times, longer with more in flight, and all of them
/// longer or shorter for a minute or two than for others: neighbours, caches, other customers.
class Fleet {
 public:
  Fleet(double per_second, std::uint64_t seed) : per_second_(per_second), random_(seed) {}

  /// One second of `version`, which takes `factor` times as long as the first one.
  ServiceSeen second(const std::string& version, double factor) {
    weather_ += (-weather_ / 60) + 0.04 * std::sqrt(2.0 / 60) * random_.normal();
    ServiceSeen seen;
    seen.replicas.push_back({.id = "shop-1", .version = version, .phase = Phase::ready});
    const auto attempts = poisson(random_, per_second_);
    for (std::uint64_t i = 0; i < attempts; ++i) add(factor, seen);
    return seen;
  }

 private:
  void add(double factor, ServiceSeen& seen) {
    const auto in_flight = static_cast<std::uint32_t>(1 + poisson(random_, 3 * factor));
    const double crowding = std::max(1.0, in_flight / 4.0);
    const double mean_s = 0.05 * factor * crowding * std::exp(weather_);
    auto& by = seen.by_concurrency;
    const std::size_t level = ByConcurrency::level_of(in_flight);
    ++by.attempts[level];
    by.latency_s[level] += random_.exponential(mean_s);
  }

  double per_second_;
  double weather_ = 0;
  Random random_;
};

struct Service {
  Fleet fleet;
  ServicePolicy policy = policy_for_test();
  ServiceModel model;

  Service(double per_second, std::uint64_t seed) : fleet(per_second, seed) {}
  void serve(int seconds, const std::string& version, double factor = 1) {
    for (int t = 0; t < seconds; ++t)
      learn_capacity(policy, fleet.second(version, factor), 1, model);
  }
  /// After how many seconds the version is found to be slower; -1: not within `longest`.
  int found_after(int longest, const std::string& version, double factor) {
    for (int t = 1; t <= longest; ++t) {
      serve(1, version, factor);
      if (slower_by(model.version_check)) return t;
    }
    return -1;
  }
};

TEST(VersionCheck, a_deploy_that_costs_a_fifth_of_the_capacity_is_found_within_five_minutes) {
  struct Case {
    double per_second;
    int found_at_least;  // of 20
  };
  for (const auto& [per_second, found_at_least] : {Case{10, 16}, Case{40, 19}}) {
    int found = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      Service shop(per_second, seed);
      shop.serve(900, "a");
      if (shop.found_after(300, "b", 1.25) < 0) continue;
      ++found;
      EXPECT_NEAR(*slower_by(shop.model.version_check), 1.25, 0.2)
          << per_second << " requests/s, seed " << seed;
    }
    EXPECT_GE(found, found_at_least) << "of 20 at " << per_second << " requests/s, seeds 1 to 20";
  }
}

TEST(VersionCheck, at_a_deploy_a_day_at_most_one_a_month_is_blamed_for_nothing) {
  constexpr int days = 60;  // with 720 days none was blamed
  Service shop(20, 7);
  int blamed = 0;
  for (int day = 0; day < days; ++day)
    blamed += shop.found_after(1500, std::to_string(day), 1) > 0 ? 1 : 0;
  EXPECT_LE(blamed, days / 30);
}

TEST(VersionCheck, two_versions_beside_each_other_are_not_compared) {
  Service shop(100, 3);
  shop.serve(900, "a");
  for (int t = 0; t < 300; ++t) {
    ServiceSeen seen = shop.fleet.second("a", 1.5);
    seen.replicas.push_back({.id = "shop-2", .version = "b", .phase = Phase::ready});
    learn_capacity(shop.policy, seen, 1, shop.model);
    ASSERT_FALSE(slower_by(shop.model.version_check));
  }
  EXPECT_GT(shop.found_after(300, "b", 1.5), 0) << "but with what served alone before them";
}

TEST(VersionCheck, what_was_slow_only_while_it_warmed_up_is_withdrawn) {
  Service shop(100, 4);
  shop.serve(900, "a");
  ASSERT_GT(shop.found_after(300, "b", 1.6), 0);
  shop.serve(600, "b", 1);
  EXPECT_FALSE(slower_by(shop.model.version_check));
}

TEST(VersionCheck, says_which_version_and_how_much_it_costs_and_not_for_ever) {
  Service shop(100, 5);
  shop.serve(900, "a");
  shop.serve(300, "b", 1.5);
  const std::string text = describe(shop.model.version_check);
  EXPECT_EQ(text.rfind("version b takes 1.", 0), 0U) << text;
  EXPECT_NE(text.find("% less capacity"), std::string::npos) << text;
  shop.serve(3600, "b", 1.5);
  EXPECT_FALSE(slower_by(shop.model.version_check)) << "it is what the service is like now";
}

TEST(VersionCheck, what_follows_a_slower_version_is_compared_with_that_one) {
  Service shop(100, 6);
  shop.serve(900, "a");
  shop.serve(600, "b", 1.5);
  ASSERT_TRUE(slower_by(shop.model.version_check));
  EXPECT_EQ(shop.found_after(900, "c", 1.3), -1) << describe(shop.model.version_check);
  EXPECT_GT(shop.found_after(300, "d", 1.3 * 1.4), 0);
}

TEST(VersionCheck, a_decision_names_it) {
  FluidWorld world;
  Pilot pilot{policy_for_test(1, 30)};
  const auto named = [&pilot] {
    return std::ranges::any_of(pilot.last.reasons, [](const Reason& reason) {
      return reason.rule == Rule::slower_version &&
             reason.text.find("version b takes 1.") != std::string::npos;
    });
  };
  const auto run = [&](int ticks, const std::string& version) {
    for (int t = 0; t < ticks; ++t) {
      Observations seen = world.tick(pilot.policy.services[0], 300);
      for (ReplicaSeen& replica : seen.services[0].replicas) replica.version = version;
      pilot.decide_on(seen);
      world.apply(pilot.last.replicas);
      if (version == "b" && named()) return true;
    }
    return false;
  };
  EXPECT_FALSE(run(600, "a"));
  world.service_s *= 1.3;
  EXPECT_TRUE(run(300, "b"));
}

TEST(VersionCheck, what_served_before_too_little_to_know_blames_nobody) {
  Service shop(0.1, 6);
  shop.serve(300, "a");
  EXPECT_EQ(shop.found_after(3600, "b", 3), -1);
}

}  // namespace
}  // namespace headroom::scale
