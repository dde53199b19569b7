// How far demand rises within the lead time: the prior, what is learned, by situation.
#include "scale/growth.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/random.h"

namespace headroom::scale {
namespace {

Demand demand_of(double per_second) {
  Demand demand;
  demand.per_second = demand.latest = demand.rapid = demand.sustained = demand.steady = per_second;
  return demand;
}

TEST(Growth, before_anything_is_learned_the_prior_rules) {
  // P(ratio > r) = r^-10: one in a hundred grows by more than 100^(1/10) = 1.58.
  for (const auto& [permitted, ratio] : {std::pair{0.01, 1.585}, {0.05, 1.349}, {0.001, 1.995}})
    EXPECT_NEAR(grown({}, {}, permitted, 100), 100 * ratio, 0.1) << permitted;
}

TEST(Growth, calm_demand_brings_it_down_and_bursts_keep_it_up) {
  for (const bool bursts : {false, true}) {
    Growth growth;
    Situation situation{.slope = 1, .volatility = 0, .level_per_second = 100};
    for (int t = 0; t < 4 * 3600; ++t) {
      Demand demand = demand_of(100);
      if (bursts && t % 200 < 10) demand.latest = 150;  // the lead time sees it coming in 7%
      learn_growth(demand, situation, 0.01, 5, 1, 0, growth);
    }
    const double ratio = grown(growth, situation, 0.01, 100) / 100;
    if (bursts)
      EXPECT_NEAR(ratio, 1.5, 0.05);
    else
      EXPECT_LT(ratio, 1.1);
  }
}

TEST(Growth, what_follows_a_rise_is_told_apart_from_what_follows_calm) {
  Growth growth;
  const Situation calm{.slope = 1, .volatility = 0, .level_per_second = 100};
  const Situation rising{.slope = 1.2, .volatility = 0.1, .level_per_second = 100};
  for (int t = 0; t < 6 * 3600; ++t) {
    const bool rise = t % 100 < 20;  // whenever it rises, 60% more follow
    Demand demand = demand_of(100);
    if (rise) demand.latest = 160;
    learn_growth(demand, rise ? rising : calm, 0.1, 5, 1, 0, growth);
  }
  EXPECT_EQ(growth.estimator, GrowthEstimator::by_situation) << "by situation has the smaller loss";
  EXPECT_GT(grown(growth, rising, 0.1, 100), 150);
  EXPECT_NEAR(grown(growth, calm, 0.1, 100), 100, 5);
}

TEST(Growth, what_followed_low_demand_leads_little_above_the_highest_demand_of_late) {
  Growth growth;
  const auto at = [](double level) {
    return Situation{.slope = 1, .volatility = 0, .level_per_second = level};
  };
  for (int t = 0; t < 12 * 3600; ++t) {  // ten quiet minutes, then ten at five times as much
    const double now = t / 600 % 2 == 0 ? 100 : 500;
    learn_growth(demand_of(now), at(now), 0.01, 60, 1, 0, growth);
  }
  EXPECT_GT(grown(growth, at(100), 0.01, 100), 400) << "a rise to five times is to be expected";
  EXPECT_LT(grown(growth, at(500), 0.01, 500), 610) << "but not from the top";
  double before = 0;
  for (double now = 50; now < 1000; now *= 1.01) {
    const double expected = grown(growth, at(100), 0.01, now);
    EXPECT_GE(expected, before) << now;
    before = expected;
  }
}

/// Two hours each at two levels; for 20 s of each five minutes a job adds `more`.
Growth with_a_job(double low, double high, double more, int hours) {
  Growth growth;
  for (int t = 0; t < hours * 3600; ++t) {
    const double level = t / 7200 % 2 == 0 ? low : high;
    const Situation calm{.slope = 1, .volatility = 0, .level_per_second = level};
    const double now = level + (t % 300 < 20 ? more : 0);
    learn_growth(demand_of(now), calm, 0.02, 30, 1, 0, growth);
  }
  return growth;
}

TEST(Growth, what_adds_the_same_at_any_level_is_added_to_it) {
  const Growth growth = with_a_job(100, 400, 100, 16);
  for (const double level : {100.0, 200.0, 400.0}) {
    const Situation calm{.slope = 1, .volatility = 0, .level_per_second = level};
    EXPECT_NEAR(grown(growth, calm, 0.02, level), level + 100, 15) << level;
  }
}

TEST(Growth, a_peak_far_above_all_others_leaves_what_was_learned_as_it_is) {
  Growth growth = with_a_job(100, 100, 50, 6);
  const Situation calm{.slope = 1, .volatility = 0, .level_per_second = 100};
  const double before = grown(growth, calm, 0.02, 100);
  for (int t = 0; t < 10; ++t) learn_growth(demand_of(3000), calm, 0.02, 30, 1, 0, growth);
  for (int t = 0; t < 60; ++t) learn_growth(demand_of(100), calm, 0.02, 30, 1, 0, growth);
  EXPECT_GE(growth.unit_per_second, 3000);
  const Situation far_below{.slope = 1, .volatility = 0, .level_per_second = 100};
  EXPECT_NEAR(grown(growth, far_below, 0.02, 100), before, 4096.0 / 64) << "within a bin";
}

TEST(Growth, what_the_days_before_say_is_believed_when_it_proves_right) {
  for (const bool right : {true, false}) {
    Growth growth;
    const Situation calm{.slope = 1, .volatility = 0, .level_per_second = 100};
    for (int t = 0; t < 12 * 3600; ++t) {  // a minute of three times as much, each ten minutes
      const bool high = t % 600 >= 540;
      const bool soon = t % 600 >= 480 && !high;
      const double rise = right ? (soon ? 200 : high ? -200 : 0) : (t % 7 == 0 ? 200 : 0);
      learn_growth(demand_of(high ? 300 : 100), calm, 0.01, 60, 1, rise, growth);
    }
    growth.season_rise = 0;
    const double quiet = grown(growth, calm, 0.01, 100);
    growth.season_rise = 200;
    const double before_a_rise = grown(growth, calm, 0.01, 100);
    EXPECT_GT(before_a_rise, 290);
    EXPECT_EQ(growth.estimator == GrowthEstimator::by_season, right);
    if (right)
      EXPECT_LT(quiet, 110) << "between rises nothing is kept for them";
    else
      EXPECT_GT(quiet, 290);
  }
}

TEST(Growth, moments_under_way_stay_few_however_long_the_lead) {
  Growth growth;
  for (int t = 0; t < 3600; ++t) learn_growth(demand_of(50), {}, 0.01, 600, 1, 0, growth);
  EXPECT_LE(growth.pending.size(), 62);
  forget_pending(growth);
  EXPECT_TRUE(growth.pending.empty());
}

TEST(Growth, a_stricter_objective_never_gets_less) {
  Growth growth;
  Random random(5);
  const Situation situation{.slope = 1, .volatility = 0, .level_per_second = 40};
  for (int t = 0; t < 7200; ++t) {
    Demand demand = demand_of(40);
    demand.latest = 40 * std::exp(0.2 * random.normal());
    learn_growth(demand, situation, 0.01, 10, 1, 0, growth);
  }
  double before = 0;
  for (const double permitted : {0.5, 0.1, 0.05, 0.01, 0.005, 0.001, 0.0001}) {
    const double ratio = grown(growth, situation, permitted, 40);
    EXPECT_GE(ratio, before) << permitted;
    before = ratio;
  }
}

TEST(Growth, chance_alone_is_no_volatility) {
  Random random(9);
  double roughness = 0;
  for (int t = 0; t < 3000; ++t) {
    Demand demand = demand_of(100);
    demand.rapid = 100 + std::sqrt(100 / 5.0) * random.normal();
    EXPECT_EQ(situation_of(demand, 1, roughness).volatility, 0) << t;
  }
  for (int t = 0; t < 1000; ++t) {
    Demand demand = demand_of(100);
    demand.rapid = 100 * (1 + 0.3 * random.normal());
    (void)situation_of(demand, 1, roughness);
  }
  EXPECT_GT(situation_of(demand_of(100), 1, roughness).volatility, 0.15);
}

}  // namespace
}  // namespace headroom::scale
