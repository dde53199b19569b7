// What is let in to replicas that are run elsewhere.
#include "control/limits.h"

#include <gtest/gtest.h>

namespace headroom::control {
namespace {

using namespace std::chrono_literals;

spec::Config config_of(spec::Mode mode = spec::Mode::act) {
  spec::Config config;
  config.mode = mode;
  spec::Service& service = config.services.emplace_back();
  service.name = "shop";
  service.objective.latency = 100ms;
  return config;
}

/// A second in which a replica with `in_flight` requests had each take so long.
scale::Observations second_of(std::uint32_t in_flight, Duration took) {
  scale::Observations seen;
  seen.dt = 1s;
  scale::ServiceSeen& shop = seen.services.emplace_back();
  shop.service = "shop";
  const std::size_t level = scale::ByConcurrency::level_of(in_flight);
  const auto attempts = static_cast<std::uint32_t>(in_flight / seconds(took));
  shop.by_concurrency.attempts[level] = attempts;
  shop.by_concurrency.late[level] = took > 100ms ? attempts : 0;
  shop.by_concurrency.latency_s[level] = attempts * seconds(took);
  shop.arrivals = attempts;
  return seen;
}

int after(Limits& limits, const scale::Observations& seen) {
  return limits.after({}, {}, seen).at("shop").in_flight;
}

TEST(Limits, replicas_that_are_run_elsewhere_begin_with_what_is_stated_and_are_learned) {
  const spec::Config config = config_of();
  Limits limits(config);
  EXPECT_EQ(after(limits, second_of(2, 20ms)), 256) << "all is well: nothing is held back";
  // More than four at a time only queue: 200 requests/s, whatever is in flight.
  int places = 256;
  for (int i = 0; i < 60; ++i)
    places = after(limits, second_of(static_cast<std::uint32_t>(places), 5ms * places));
  EXPECT_GE(places, 4);
  EXPECT_LE(places, 8);
  limits.begin_anew(config);
  EXPECT_EQ(limits.after({}, {}, {}).at("shop").in_flight, places) << "what was learned holds";
}

TEST(Limits, what_was_not_seen_changes_nothing) {
  Limits limits(config_of());
  scale::Observations seen = second_of(200, 1s);
  seen.services.front().completeness = 0;
  EXPECT_EQ(after(limits, seen), 256);
  seen.services.clear();
  EXPECT_EQ(after(limits, seen), 256);
}

TEST(Limits, in_shadow_those_that_are_decided_for_have_theirs_from_the_model) {
  Limits limits(config_of(spec::Mode::shadow));
  EXPECT_TRUE(limits.after({}, {}, second_of(2, 20ms)).empty());
  const scale::Policy policy = scale::Policy::from(config_of(spec::Mode::shadow));
  EXPECT_EQ(limits.after(policy, {}, second_of(2, 20ms)).at("shop").in_flight, 8);
}

}  // namespace
}  // namespace headroom::control
