// From what workers tell to what is decided: late, uneven, and at a reload.
#include "control/feed.h"

#include <gtest/gtest.h>

#include <vector>

#include "gateway/testing/front.h"
#include "scale/fluid_world_for_test.h"

namespace headroom::control {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t all = 1292;  // requests/s, divided by 1, 2 and 4 workers

enum class Late { none, last, whole_round };

/// Workers that count steadily and tell of it when they are asked, or one round later.
class Workers {
 public:
  explicit Workers(std::size_t count) : told_(count) {}

  gateway::Collected collect(Instant now, Late late) {
    gateway::Collected collected;
    collected.workers = told_.size();
    for (std::size_t i = 0; i < told_.size(); ++i) {
      if (late == Late::whole_round || (late == Late::last && i + 1 == told_.size())) continue;
      gateway::WorkerReport report{.worker = i, .of = {told_[i], now}, .counted = {}, .gauges = {}};
      told_[i] = now;
      gateway::RouteStats& route = report.counted.routes["shop/"];
      route.arrivals = static_cast<std::uint64_t>(
          static_cast<double>(all / told_.size()) * report.of.length_s() + 0.5);
      collected.stats.merge(report.counted);
      collected.reports.push_back(std::move(report));
    }
    return collected;
  }

 private:
  std::vector<Instant> told_;
};

/// headroom over such workers and replicas of 160 requests/s each.
struct Flight {
  explicit Flight(std::size_t workers) : told(workers) {}

  scale::FluidWorld world;
  scale::Pilot pilot{scale::policy_for_test(1, 100)};
  Workers told;
  Feed feed;
  spec::Config config = gateway::testing::shop();

  void second(Late late) {
    scale::Observations seen = world.tick(pilot.policy.services[0], all);
    const scale::ServiceSeen fed =
        feed.look(config.services[0], told.collect(seen.now.elapsed, late), {},
                  {seen.now.elapsed - 1s, seen.now.elapsed});
    scale::ServiceSeen& shop = seen.services[0];
    shop.arrivals = fed.arrivals;
    shop.completeness = fed.completeness;
    shop.covered = fed.covered;
    pilot.decide_on(seen);
    world.apply(pilot.last.replicas);
  }
  [[nodiscard]] const scale::Growth& growth() { return pilot.model.services.at("shop").growth; }
};

TEST(Feed, a_report_that_is_late_is_no_growth) {
  for (const std::size_t workers : {1, 2, 4}) {
    Flight steady(workers);
    Flight late(workers);
    for (int t = 0; t < 600; ++t) {
      steady.second(Late::none);
      const bool now = t == 400 || t == 450 || t == 451;
      late.second(now && workers > 1 ? Late::last : Late::none);
      ASSERT_EQ(late.pilot.last.replicas, steady.pilot.last.replicas)
          << "second " << t << " of " << workers << " workers";
    }
    EXPECT_EQ(late.growth().rises, steady.growth().rises);
    EXPECT_EQ(late.growth().levels.at, steady.growth().levels.at);
  }
}

TEST(Feed, a_whole_round_that_is_late_is_no_growth_either) {
  for (const std::size_t workers : {1, 4}) {
    Flight late(workers);
    for (int t = 0; t < 400; ++t) late.second(Late::none);
    const int before = late.pilot.last.replicas;
    const std::vector<int> levels = late.growth().levels.at;
    late.second(Late::whole_round);
    for (int t = 0; t < 200; ++t) {
      late.second(Late::none);
      ASSERT_LE(late.pilot.last.replicas, before) << "second " << t << " of " << workers;
    }
    EXPECT_EQ(late.growth().levels.at, levels);
  }
}

TEST(Feed, says_what_counts_are_of_where_the_sources_that_told_do_not_say_it) {
  Workers told(4);
  Feed feed;
  const spec::Config config = gateway::testing::shop();
  const auto look = [&](int second, Late late) {
    const Instant now{second * 1s};
    return feed.look(config.services[0], told.collect(now, late), {}, {now - 1s, now});
  };
  EXPECT_EQ(look(1, Late::none).covered, 0) << "as completeness says: all of it";
  const scale::ServiceSeen partial = look(2, Late::last);
  EXPECT_EQ(partial.completeness, 0.75);
  EXPECT_EQ(partial.covered, 0);
  EXPECT_EQ(partial.arrivals, all * 3 / 4);
  const scale::ServiceSeen after = look(3, Late::none);
  EXPECT_EQ(after.completeness, 1);
  EXPECT_EQ(after.covered, 1.25);
  EXPECT_EQ(after.arrivals, all * 5 / 4) << "none is lost";
}

TEST(Feed, lateness_that_was_judged_by_what_a_reload_replaced_is_left_out) {
  spec::Config config = gateway::testing::shop();
  Feed feed;
  gateway::Collected collected;
  collected.workers = 1;
  collected.reports.push_back(
      {.worker = 0, .of = {Instant{}, Instant{1s}}, .counted = {}, .gauges = {}});
  gateway::ServiceStats& shop = collected.reports[0].counted.services["shop"];
  shop.by_concurrency.attempts[0] = 7;
  shop.judged_by = scale::judged_latencies(config.services[0]);
  const evidence::Interval tick{Instant{}, Instant{1s}};
  EXPECT_EQ(feed.look(config.services[0], collected, {}, tick).by_concurrency.attempts[0], 7);
  for (spec::Route& route : config.services[0].routes) route.objective.latency += 1s;
  EXPECT_EQ(feed.look(config.services[0], collected, {}, tick).by_concurrency.attempts[0], 0);
}

TEST(Feed, attempts_are_told_by_version_where_there_are_several) {
  const spec::Config config = gateway::testing::shop();
  Feed feed;
  gateway::Collected collected;
  collected.workers = 1;
  collected.reports.push_back(
      {.worker = 0, .of = {Instant{}, Instant{1s}}, .counted = {}, .gauges = {}});
  gateway::ServiceStats& shop = collected.reports.back().counted.services["shop"];
  shop.judged_by = scale::judged_latencies(config.services[0]);
  shop.count("new", 3, true, 0.2);
  shop.count("new", 3, false, 0.1);
  const evidence::Interval tick{Instant{}, Instant{1s}};
  const auto look = [&](std::vector<std::string> versions) {
    ReplicasSeen replicas;
    for (std::string& version : versions)
      replicas.replicas.push_back(
          {.id = version, .version = version, .phase = scale::Phase::ready});
    return feed.look(config.services[0], collected, std::move(replicas), tick);
  };
  EXPECT_TRUE(look({"new"}).by_version.empty()) << "it goes without saying";
  const auto beside = look({"new", "old"}).by_version;
  ASSERT_EQ(beside.size(), 1U);
  EXPECT_EQ(beside[0].version, "new");
  EXPECT_EQ(beside[0].by_concurrency.attempts[2], 2U);
  EXPECT_EQ(beside[0].by_concurrency.late[2], 1U);
  EXPECT_NEAR(beside[0].by_concurrency.latency_s[2], 0.3, 1e-9);
  shop.count("old", 1, false, 0.1);
  shop.count("late in the alphabet", 1, false, 0.1);
  const scale::ServiceSeen draining = look({"new"});
  ASSERT_EQ(draining.by_version.size(), 3U) << "what drains still answers";
  EXPECT_EQ(draining.by_version[0].version, "late in the alphabet");
  EXPECT_EQ(draining.by_concurrency.attempts[2] + draining.by_concurrency.attempts[0], 4U);
}

}  // namespace
}  // namespace headroom::control
