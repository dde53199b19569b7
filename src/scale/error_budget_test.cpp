// The outer loop: what is missed against what may be.
#include "scale/error_budget.h"

#include <gtest/gtest.h>

#include "scale/fluid_world_for_test.h"

namespace headroom::scale {
namespace {

/// One second of 1,000 requests.
ServiceSeen second(std::uint64_t late, std::uint64_t shed = 0) {
  ServiceSeen seen;
  seen.arrivals = 1000;
  seen.late = late;
  seen.shed = shed;
  seen.good = 1000 - late - shed;
  return seen;
}

double shift_after(double days, const ServiceSeen& seen, double late_alone = 0) {
  ServicePolicy policy = policy_for_test();
  policy.objective.quantile = 0.99;
  ServiceModel model;
  model.capacity.concurrency = 8;
  model.capacity.late_alone = late_alone;
  for (int t = 0; t < static_cast<int>(days * 86400); ++t) learn_misses(policy, seen, 1, model);
  return model.error_budget.shift;
}

TEST(ErrorBudget, a_day_without_a_miss_makes_forecasts_less_careful_and_overspending_more) {
  EXPECT_NEAR(shift_after(1, second(0)), 1.5, 0.01);
  EXPECT_NEAR(shift_after(1, second(10)), 0, 0.01);
  EXPECT_NEAR(shift_after(1, second(20)), -1.5, 0.01);
  EXPECT_NEAR(shift_after(1, second(0, 20)), -1.5, 0.01);
}

TEST(ErrorBudget, where_one_burst_is_worth_days_a_day_counts_for_less) {
  for (const auto& [permitted, lead_s, shift] :
       {std::tuple{0.01, 180.0, 1.5}, {0.002, 180.0, 0.96}, {0.0001, 30.0, 0.8}}) {
    ServicePolicy policy = policy_for_test();
    policy.objective.quantile = 1 - permitted;
    ServiceModel model;
    model.capacity.concurrency = 8;
    model.lead_s = lead_s;
    for (int t = 0; t < 86400; ++t) learn_misses(policy, second(0), 1, model);
    EXPECT_NEAR(model.error_budget.shift, shift, 0.01) << permitted;
  }
}

TEST(ErrorBudget, neither_boldness_nor_fear_is_without_limit) {
  EXPECT_EQ(shift_after(10, second(0)), 9);
  EXPECT_EQ(shift_after(10, second(900)), -2);
}

TEST(ErrorBudget, what_is_late_without_waiting_is_not_spent_from_it) {
  ServiceSeen seen = second(10);
  seen.by_concurrency.attempts[3] = 1000;
  seen.by_concurrency.late[3] = 10;
  EXPECT_NEAR(shift_after(1, seen), 1.5, 0.01);
}

TEST(ErrorBudget, what_would_be_late_with_little_in_flight_too_is_not_spent_from_it) {
  ServiceSeen seen = second(10);
  const std::size_t busy = ByConcurrency::level_of(12);
  seen.by_concurrency.attempts[busy] = 1000;
  seen.by_concurrency.late[busy] = 10;
  EXPECT_NEAR(shift_after(1, seen, 0.01), 1.5, 0.01);
  EXPECT_NEAR(shift_after(1, seen, 0.002), 0, 0.01);  // 8 of the 8 that may be missed
}

TEST(ErrorBudget, failures_of_replicas_call_neither_for_more_nor_for_fewer_of_them) {
  ServiceSeen seen = second(0);
  seen.good = 900;
  seen.failed = 100;
  EXPECT_GT(shift_after(1, seen), 1.2);
  seen.by_concurrency.attempts[3] = 1000;
  seen.by_concurrency.late[3] = 100;  // failed attempts count there
  EXPECT_LT(shift_after(1, seen), 1.5);
}

TEST(ErrorBudget, what_is_late_alone_leaves_less_to_spend) {
  ServicePolicy policy = policy_for_test();
  policy.objective.quantile = 0.99;
  for (const auto& [alone, share] :
       {std::pair{0.0, 0.01}, {0.002, 0.008}, {0.009, 0.005}, {0.02, 0.01}})
    EXPECT_NEAR(spendable_share(policy, {.late_alone = alone}), share, 1e-9) << alone;
}

TEST(ErrorBudget, the_share_of_moments_starts_at_twice_what_may_be_missed) {
  ServicePolicy policy = policy_for_test();
  policy.objective.quantile = 0.99;
  ServiceModel model;
  EXPECT_NEAR(outgrown_share(policy, model), 0.02, 1e-9);
  model.error_budget.shift = 9;
  EXPECT_EQ(outgrown_share(policy, model), 0.8);
  model.error_budget.shift = -2;
  EXPECT_NEAR(outgrown_share(policy, model), 0.00275, 1e-4);
}

TEST(ErrorBudget, the_first_minutes_after_silence_do_not_count_for_days) {
  ServicePolicy policy = policy_for_test();
  policy.objective.quantile = 0.99;
  ServiceModel model;
  model.capacity.concurrency = 8;
  const auto live = [&](int seconds, const ServiceSeen& seen) {
    for (int t = 0; t < seconds; ++t) learn_misses(policy, seen, 1, model);
  };
  live(2 * 86400, ServiceSeen{});
  live(600, second(0));
  EXPECT_LT(model.error_budget.shift, 0.05);
  live(20 * 86400, ServiceSeen{});
  live(600, second(0));
  EXPECT_LT(model.error_budget.shift, 0.1);
}

TEST(ErrorBudget, moves_by_nothing_without_requests) {
  EXPECT_EQ(shift_after(1, ServiceSeen{}), 0);
}

}  // namespace
}  // namespace headroom::scale
