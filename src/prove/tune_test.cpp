// Choosing a setting on one part of a demand, to be judged on the next.
#include "prove/tune.h"

#include <gtest/gtest.h>

#include "prove/fixed_for_test.h"
#include "prove/recording.h"
#include "prove/trial.h"

namespace headroom::prove {
namespace {

Tried tried(double target, double missed_of_thousand, double replica_hours) {
  return {
      .setting = {.policy = "kpa", .target = target},
      .score = {
          .requests = 1000, .late = missed_of_thousand, .replica_seconds = 3600 * replica_hours}};
}

TEST(Tune, takes_the_cheapest_that_misses_no_more_than_is_permitted) {
  const std::vector<Tried> all{tried(0.3, 0, 30), tried(0.5, 1, 18), tried(0.7, 2, 9)};
  EXPECT_EQ(best_of(all, 0.001).setting.target, 0.5);
  EXPECT_EQ(best_of(all, 0.002).setting.target, 0.7);
}

TEST(Tune, takes_what_misses_least_where_nothing_misses_so_little) {
  const std::vector<Tried> all{tried(0.3, 4, 30), tried(0.4, 4, 20), tried(0.7, 9, 5)};
  EXPECT_EQ(best_of(all, 0.001).setting.target, 0.4);
}

TEST(Tune, takes_the_first_setting_of_equal_ones_in_whatever_order_they_ran) {
  const std::vector<Tried> all{tried(0.5, 1, 18), tried(0.3, 0, 18), tried(0.4, 1, 18)};
  EXPECT_EQ(best_of(all, 0.001).setting.target, 0.3);
}

TEST(Tune, the_parts_are_scored_one_after_the_other_and_the_second_has_lived_through_the_first) {
  Scenario whole = steady("fast-web", 100, 1000);
  whole.demand.scored_from = 200;
  whole.demand.per_second[700] = 5;
  const auto parts = parts_of(whole, 0.375);
  ASSERT_TRUE(parts) << parts.error().message;
  EXPECT_EQ(parts->searched.demand.per_second.size(), 700);
  EXPECT_EQ(parts->searched.demand.scored_from, 200);
  EXPECT_EQ(parts->judged.demand.per_second, whole.demand.per_second);
  EXPECT_EQ(parts->judged.demand.scored_from, 700);
}

TEST(Tune, the_part_that_is_searched_has_the_shared_limits_of_the_one_that_is_judged) {
  Scenario whole = steady("fast-web", 2000, 1000);
  whole.limits = {.downstreams = {{"db", 40}}, .budget_per_hour = 3};
  const auto parts = parts_of(whole, 0.5);
  ASSERT_TRUE(parts) << parts.error().message;
  for (const Scenario* part : {&parts->searched, &parts->judged}) {
    EXPECT_EQ(part->limits.budget_per_hour, 3);
    EXPECT_EQ(part->limits.downstreams, whole.limits.downstreams);
  }
}

TEST(Tune, of_recorded_requests_each_part_has_its_own) {
  Recording recording{.length_s = 400, .at_ns = {}, .service_s = {}};
  for (int i = 0; i < 400; ++i) {
    recording.at_ns.push_back(i * 1'000'000'000LL + 5);
    recording.service_s.push_back(i < 200 ? 0.01F : 1.0F);
  }
  Scenario whole = steady("slow-api", 1, 1);
  whole.demand = *demand_of(std::move(recording), 1, 0);
  const auto parts = parts_of(whole, 0.5);
  ASSERT_TRUE(parts) << parts.error().message;
  const Setting fleet{.policy = "fixed", .target = 1};
  const auto p50_s = [&](const Scenario& of) {
    return try_setting(fleet, of, Plant::exact, 1)->p50_s;
  };
  EXPECT_NEAR(p50_s(parts->searched), 0.01, 0.002);
  EXPECT_NEAR(p50_s(parts->judged), 1, 0.1);
}

TEST(Tune, what_is_scored_of_both_parts_is_what_is_scored_of_the_whole) {
  Scenario whole = steady("fast-web", 300, 900);
  whole.demand.counts = true;
  whole.demand.scored_from = 100;
  const auto parts = parts_of(whole, 0.5);
  ASSERT_TRUE(parts);
  const Setting half{.policy = "fixed", .target = 0.5};
  const auto score = [&](const Scenario& of) { return *try_setting(half, of, Plant::fluid, 1); };
  const Score first = score(parts->searched);
  const Score second = score(parts->judged);
  const Score all = score(whole);
  EXPECT_NEAR(first.requests + second.requests, all.requests, 1e-6);
  EXPECT_NEAR(first.replica_seconds + second.replica_seconds, all.replica_seconds, 1e-6);
}

TEST(Tune, a_part_without_a_second_or_a_request_is_refused) {
  const auto short_one = parts_of(steady("fast-web", 100, 1), 0.5);
  ASSERT_FALSE(short_one);
  EXPECT_EQ(short_one.error().message, "the part that is judged has no second");
  Scenario quiet = steady("fast-web", 100, 100);
  for (std::size_t i = 50; i < 100; ++i) quiet.demand.per_second[i] = 0;
  const auto no_request = parts_of(quiet, 0.5);
  ASSERT_FALSE(no_request);
  EXPECT_EQ(no_request.error().message,
            "the part that is judged: not a single request arrives in the scored part");
}

TEST(Tune, offers_only_what_a_user_of_the_policy_can_turn) {
  EXPECT_EQ(settings_to_choose_from("hpa-cpu").size(), 159);
  for (const Setting& setting : settings_to_choose_from("hpa-cpu"))
    EXPECT_FALSE(setting.fresh_signal);
  EXPECT_EQ(settings_to_choose_from("fixed").size(), 30);
}

}  // namespace
}  // namespace headroom::prove
