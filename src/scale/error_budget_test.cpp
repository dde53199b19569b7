// How careful forecasts are: the account of misses, and fleets that never were.
#include "scale/error_budget.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "scale/fluid_world_for_test.h"

namespace headroom::scale {
namespace {

constexpr double day_s = 86400;

ServicePolicy policy_of(double permitted) {
  ServicePolicy policy = policy_for_test();
  policy.objective.quantile = 1 - permitted;
  return policy;
}

/// Fleets have lived for a day of 1,000 requests a second, and missed of them what `missed` says of
/// the share of each.
ServiceModel a_day(auto missed) {
  ServiceModel model;
  model.capacity = {.concurrency = 8, .latency_s = 0.05};
  model.virtual_fleets.lived_s = day_s;
  model.virtual_fleets.requests = 1000 * day_s;
  for (const double share : virtual_shares())
    model.virtual_fleets.fleets.push_back({.ready = 20, .missed = missed(share) * 1000 * day_s});
  model.error_budget = {.ended = 1000 * day_s, .requests_per_day = 1000 * day_s, .seen_s = day_s};
  return model;
}

/// One second of 1,000 requests.
ServiceSeen second(std::uint64_t late = 0, std::uint64_t shed = 0) {
  ServiceSeen seen;
  seen.arrivals = 1000;
  seen.late = late;
  seen.shed = shed;
  seen.good = 1000 - late - shed;
  return seen;
}

FleetMoment moment() {
  return {.tick_s = 1, .per_second = 1000, .demand = {.per_second = 1000}};
}

/// The share after one more second, when of all requests `missed` were.
double share_of(const ServicePolicy& policy, ServiceModel model, double missed) {
  model.error_budget.missed = missed * model.error_budget.ended;
  learn_misses(policy, second(), moment(), model);
  return outgrown_share(policy, model);
}

TEST(ErrorBudget, what_is_late_alone_leaves_less_to_spend) {
  ServicePolicy policy = policy_for_test();
  policy.objective.quantile = 0.99;
  for (const auto& [alone, share] :
       {std::pair{0.0, 0.01}, {0.002, 0.008}, {0.009, 0.005}, {0.02, 0.01}})
    EXPECT_NEAR(spendable_share(policy, {.late_alone = alone}), share, 1e-9) << alone;
}

TEST(ErrorBudget, the_share_of_moments_starts_at_twice_what_may_be_missed) {
  for (const auto& [permitted, share] :
       {std::pair{0.001, 0.002}, {0.01, 0.02}, {0.1, 0.2}, {0.3, 0.4}})
    EXPECT_NEAR(outgrown_share(policy_of(permitted), ServiceModel{}), share, 1e-9) << permitted;
}

TEST(ErrorBudget, the_boldest_fleet_is_followed_that_missed_what_may_be) {
  const auto model = a_day([](double share) { return share / 10; });
  EXPECT_NEAR(share_of(policy_of(0.001), model, 0.001), 0.01, 0.002);
  EXPECT_NEAR(share_of(policy_of(0.003), model, 0.003), 0.03, 0.006);
}

TEST(ErrorBudget, where_no_fleet_misses_anything_the_share_is_a_tenth_and_no_more) {
  const auto model = a_day([](double) { return 0; });
  EXPECT_EQ(share_of(policy_of(0.001), model, 0), 0.1);
  EXPECT_NEAR(share_of(policy_of(0.1), model, 0), 0.2, 1e-9) << "but twice what may be missed";
}

TEST(ErrorBudget, what_is_left_over_or_overspent_is_made_up_for_within_a_day) {
  const auto model = a_day([](double share) { return share / 10; });
  const ServicePolicy policy = policy_of(0.001);
  // Twice and a tenth of what is usual.
  EXPECT_NEAR(share_of(policy, model, 0), 0.02, 0.004);
  EXPECT_NEAR(share_of(policy, model, 0.0015), 0.005, 0.001);
  EXPECT_NEAR(share_of(policy, model, 0.002), 0.001, 0.0003);
  EXPECT_NEAR(share_of(policy, model, 0.5), 0.001, 0.0003) << "a debt has an end";
}

TEST(ErrorBudget, a_debt_is_no_more_than_was_permitted_so_far) {
  ServiceModel model = a_day([](double share) { return share / 10; });
  model.error_budget.ended = 1000.0 * 3600;  // an hour of it
  EXPECT_NEAR(share_of(policy_of(0.001), model, 0.9), 0.01 * 23 / 24, 0.002);
}

TEST(ErrorBudget, what_every_fleet_missed_is_no_reason_to_pay_for_care) {
  const auto model = a_day([](double share) { return 0.05 + share / 100; });
  EXPECT_NEAR(share_of(policy_of(0.001), model, 0.05), 0.01, 0.002);
}

/// Of 1,000 a second, ends the second after.
double missed_after(const ServiceSeen& seen, double late_alone = 0) {
  ServiceModel model;
  model.capacity = {.concurrency = 8, .latency_s = 0.05, .late_alone = late_alone};
  model.error_budget.ended = 1e6;
  learn_misses(policy_of(0.01), seen, moment(), model);
  return model.error_budget.missed;
}

TEST(ErrorBudget, what_is_late_or_shed_for_want_of_replicas_is_spent) {
  EXPECT_EQ(missed_after(second()), 0);
  EXPECT_EQ(missed_after(second(10)), 10);
  EXPECT_EQ(missed_after(second(10, 20)), 30);
}

TEST(ErrorBudget, what_is_late_without_waiting_is_not_spent_from_it) {
  ServiceSeen seen = second(10);
  seen.by_concurrency.attempts[3] = 1000;
  seen.by_concurrency.late[3] = 10;
  EXPECT_EQ(missed_after(seen), 0);
}

TEST(ErrorBudget, what_would_be_late_with_little_in_flight_too_is_not_spent_from_it) {
  ServiceSeen seen = second(10);
  const std::size_t busy = ByConcurrency::level_of(12);
  seen.by_concurrency.attempts[busy] = 1000;
  seen.by_concurrency.late[busy] = 10;
  EXPECT_EQ(missed_after(seen, 0.01), 0);
  EXPECT_NEAR(missed_after(seen, 0.002), 8, 1e-9);
}

TEST(ErrorBudget, failures_of_replicas_are_not_spent_from_it) {
  ServiceSeen seen = second();
  seen.good = 900;
  seen.failed = 100;
  seen.by_concurrency.attempts[3] = 1000;
  seen.by_concurrency.late[3] = 100;  // failed attempts count there
  EXPECT_EQ(missed_after(seen), 0);
}

TEST(ErrorBudget, an_account_goes_back_as_far_as_the_window) {
  ServicePolicy policy = policy_of(0.01);
  policy.objective.window = std::chrono::hours(1);
  ServiceModel model;
  for (int t = 0; t < 7200; ++t) learn_misses(policy, second(10), moment(), model);
  EXPECT_NEAR(model.error_budget.missed / model.error_budget.ended, 0.01, 1e-6);
  EXPECT_NEAR(model.error_budget.ended, 1000 * 3600 * (1 - std::exp(-2)), 2e4);
}

/// Demand that wavers by a tenth over minutes, to a service of half a minute until a replica is
/// ready, `hours` long; zones as given.
Pilot after_hours(double hours, int zones = 1) {
  FluidWorld world;
  world.startup_s = 30;
  ServicePolicy policy = policy_of(0.001);
  policy.replicas.zones = zones;
  Pilot pilot(policy, Explain::no);
  world.apply(12);
  for (int t = 0; t < hours * 3600; ++t)
    pilot.advance(world, 1000 * (1 + 0.1 * std::sin(t / 90.0)));
  return pilot;
}

TEST(ErrorBudget, a_share_is_learned_in_hours) {
  const Pilot pilot = after_hours(3);
  EXPECT_GT(outgrown_share(pilot.policy.services[0], pilot.model.services.at("shop")), 0.05);
}

TEST(ErrorBudget, fleets_do_without_what_is_kept_for_the_loss_of_a_zone) {
  const auto fleets_of = [](const Pilot& pilot) {
    return pilot.model.services.at("shop").virtual_fleets.fleets;
  };
  const auto one = fleets_of(after_hours(0.5));
  const auto three = fleets_of(after_hours(0.5, 3));
  for (std::size_t i = 0; i < one.size(); ++i)
    EXPECT_NEAR(one[i].ready, three[i].ready, 1) << virtual_shares()[i];
}

TEST(ErrorBudget, what_fleets_missed_counts_by_half_after_three_days) {
  const Pilot pilot = after_hours(0.5);
  ServiceModel model = pilot.model.services.at("shop");
  for (VirtualFleet& fleet : model.virtual_fleets.fleets) fleet.missed = 1000;
  for (int hour = 0; hour < 72; ++hour)
    learn_misses(pilot.policy.services[0], {}, {.tick_s = 3600}, model);
  for (const VirtualFleet& fleet : model.virtual_fleets.fleets) EXPECT_NEAR(fleet.missed, 500, 1);
}

TEST(ErrorBudget, fleets_have_what_the_calendar_asks_for) {
  FluidWorld world;
  ServicePolicy policy = policy_of(0.001);
  spec::Event event;
  event.cron = *spec::parse_cron("0 0 * * *");
  event.length = std::chrono::hours(24);
  event.at_least = 40;
  policy.replicas.max = 50;
  policy.scale.calendar = {event};
  Pilot pilot(policy, Explain::no);
  world.apply(12);
  for (int t = 0; t < 60; ++t) pilot.advance(world, 1000);
  for (const VirtualFleet& fleet : pilot.model.services.at("shop").virtual_fleets.fleets)
    EXPECT_GE(fleet.ready, 40);
}

TEST(ErrorBudget, without_requests_nothing_is_known) {
  ServiceModel model;
  model.capacity.concurrency = 8;
  for (int t = 0; t < 1000; ++t) learn_misses(policy_of(0.001), {}, {.tick_s = 1}, model);
  EXPECT_NEAR(outgrown_share(policy_of(0.001), model), 0.002, 1e-9);
}

}  // namespace
}  // namespace headroom::scale
