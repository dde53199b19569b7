// How far demand rises within the lead time: the prior, what is learned, by situation.
#include "scale/growth.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/random.h"

namespace headroom::scale {
namespace {

Demand demand_of(double per_second) {
  Demand demand;
  demand.per_second = demand.mean_3_s = demand.mean_5_s = demand.mean_30_s = demand.mean_120_s =
      per_second;
  return demand;
}

TEST(Growth, before_anything_is_learned_the_prior_rules) {
  // P(ln ratio > z) = exp(-10 z): one in a hundred grows by more than exp(ln 100 / 10) = 1.58.
  for (const auto& [permitted, ratio] : {std::pair{0.01, 1.585}, {0.05, 1.349}, {0.001, 1.995}})
    EXPECT_NEAR(growth_ratio({}, {}, permitted), ratio, 0.03) << permitted;
}

TEST(Growth, calm_demand_brings_it_down_and_bursts_keep_it_up) {
  for (const bool bursts : {false, true}) {
    Growth growth;
    Situation situation{.slope = 1, .volatility = 0, .level_per_second = 100};
    for (int t = 0; t < 4 * 3600; ++t) {
      Demand demand = demand_of(100);
      if (bursts && t % 200 < 10) demand.mean_3_s = 150;  // the lead time sees it coming in 7%
      learn_growth(demand, situation, 0.01, 5, 1, growth);
    }
    const double ratio = growth_ratio(growth, situation, 0.01);
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
    if (rise) demand.mean_3_s = 160;
    learn_growth(demand, rise ? rising : calm, 0.1, 5, 1, growth);
  }
  EXPECT_EQ(growth.estimator, 1) << "by situation has the smaller loss";
  EXPECT_GT(growth_ratio(growth, rising, 0.1), 1.5);
  EXPECT_NEAR(growth_ratio(growth, calm, 0.1), 1, 0.05);
}

TEST(Growth, moments_under_way_stay_few_however_long_the_lead) {
  Growth growth;
  for (int t = 0; t < 3600; ++t) learn_growth(demand_of(50), {}, 0.01, 600, 1, growth);
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
    demand.mean_3_s = 40 * std::exp(0.2 * random.normal());
    learn_growth(demand, situation, 0.01, 10, 1, growth);
  }
  double before = 0;
  for (const double permitted : {0.5, 0.1, 0.05, 0.01, 0.005, 0.001, 0.0001}) {
    const double ratio = growth_ratio(growth, situation, permitted);
    EXPECT_GE(ratio, before) << permitted;
    before = ratio;
  }
}

TEST(Growth, chance_alone_is_no_volatility) {
  Random random(9);
  double roughness = 0;
  for (int t = 0; t < 3000; ++t) {
    Demand demand = demand_of(100);
    demand.mean_5_s = 100 + std::sqrt(100 / 5.0) * random.normal();
    EXPECT_EQ(situation_of(demand, 1, roughness).volatility, 0) << t;
  }
  for (int t = 0; t < 1000; ++t) {
    Demand demand = demand_of(100);
    demand.mean_5_s = 100 * (1 + 0.3 * random.normal());
    (void)situation_of(demand, 1, roughness);
  }
  EXPECT_GT(situation_of(demand_of(100), 1, roughness).volatility, 0.15);
}

}  // namespace
}  // namespace headroom::scale
