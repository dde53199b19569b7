// What is learned of lateness when the objective that requests are held to changes.
#include <gtest/gtest.h>

#include "scale/capacity.h"
#include "scale/decide.h"
#include "scale/fluid_world_for_test.h"
#include "scale/limit.h"

namespace headroom::scale {
namespace {

using namespace std::chrono_literals;

/// A second of 100 attempts that take 50 ms on average, exponentially spread, with up to six in
/// flight; and how many of them are over the objective.
ServiceSeen second(const ServicePolicy& policy) {
  ServiceSeen seen;
  for (std::uint32_t in_flight = 1; in_flight <= 5; ++in_flight) {
    const std::size_t level = ByConcurrency::level_of(in_flight);
    seen.by_concurrency.attempts[level] = 20;
    seen.by_concurrency.latency_s[level] = 20 * 0.05;
    seen.by_concurrency.late[level] = static_cast<std::uint32_t>(
        std::lround(20 * std::exp(-seconds(policy.objective.latency) / 0.05)));
  }
  return seen;
}

void learn_for(int ticks, const ServicePolicy& policy, ServiceModel& model) {
  for (int t = 0; t < ticks; ++t) learn_capacity(policy, second(policy), 1, model);
}

double late_in(const ServiceModel& model) {
  double late = 0;
  for (const LevelEvidence& level : model.levels) late += level.late;
  return late;
}

ServicePolicy with(Duration latency) {
  ServicePolicy policy = policy_for_test();
  policy.objective.latency = latency;
  return policy;
}

TEST(JudgedBy, lateness_by_another_objective_is_not_lateness_by_this_one) {
  ServiceModel model;
  learn_for(300, with(60ms), model);
  ASSERT_GT(model.capacity.late_alone, 0.2);
  learn_for(10, with(400ms), model);
  EXPECT_EQ(model.capacity.late_alone, 0) << "none has taken that long";
  EXPECT_GE(model.capacity.proven, 1) << "1,000 attempts in time prove something";
}

TEST(JudgedBy, what_was_in_time_by_a_laxer_objective_proves_nothing_of_a_stricter_one) {
  ServiceModel model;
  learn_for(300, with(1s), model);
  ASSERT_GE(model.capacity.proven, 4);
  learn_capacity(with(60ms), {}, 1, model);
  EXPECT_EQ(model.capacity.proven, 0);
  EXPECT_NEAR(model.service_time_s, 0.05, 1e-9) << "how long attempts take is still known";
}

TEST(JudgedBy, a_route_of_its_own_counts_as_much_as_the_service) {
  spec::Service service;
  service.name = "shop";
  for (const Duration latency : std::vector<Duration>{2s, 150ms, 2s, 150ms}) {
    spec::Route& route = service.routes.emplace_back();
    route.objective.latency = latency;
  }
  EXPECT_EQ(judged_latencies(service), (std::vector<Duration>{150ms, 2s}));
  ServicePolicy policy = ServicePolicy::from(service, {});
  policy.objective.latency = 40ms;  // what the seconds below are judged by
  ServiceModel model;
  learn_for(100, policy, model);
  ASSERT_GT(late_in(model), 1000);
  policy.judged_by = {150ms, 3s};
  learn_capacity(policy, {}, 1, model);
  EXPECT_EQ(late_in(model), 0);
}

TEST(JudgedBy, another_quantile_of_the_same_latency_keeps_what_was_counted) {
  ServicePolicy policy = with(60ms);
  ServiceModel model;
  learn_for(100, policy, model);
  const double late = late_in(model);
  policy.objective.quantile = 0.9;
  learn_capacity(policy, {}, 1, model);
  EXPECT_NEAR(late_in(model), late, 1e-6 * late);
}

TEST(JudgedBy, what_was_learned_before_that_was_noted_is_by_the_objective_in_force) {
  ServiceModel model;
  learn_for(100, with(60ms), model);
  const double late = late_in(model);
  model.judged_by.clear();  // as recalled from an older journal
  learn_capacity(with(60ms), {}, 1, model);
  EXPECT_NEAR(late_in(model), late, 1e-6 * late);
}

TEST(JudgedBy, the_limit_of_what_is_let_in_goes_by_the_new_objective_too) {
  ServiceModel model;
  learn_for(300, with(20ms), model);  // most are late, with however few in flight
  const ServicePolicy lax = with(2s);
  learn_for(5, lax, model);
  EXPECT_GE(next_limit(lax, model, second(lax).by_concurrency, {}).places(), 8);
}

}  // namespace
}  // namespace headroom::scale
