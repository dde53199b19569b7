// How far demand rises within the lead time: the prior, what is learned, by situation.
#include "scale/growth.h"

#include <gtest/gtest.h>

#include <algorithm>
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
  EXPECT_NE(growth.estimator, GrowthEstimator::pooled) << "by situation has the smaller loss";
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
  // Half an hour: then its mean of ten minutes has forgotten it, too.
  for (int t = 0; t < 1800; ++t) learn_growth(demand_of(100), calm, 0.02, 30, 1, 0, growth);
  const Situation far_below{.slope = 1, .volatility = 0, .level_per_second = 100};
  EXPECT_NEAR(grown(growth, far_below, 0.02, 100), before, 5);
}

TEST(Growth, one_burst_does_not_blur_what_was_learned_of_normal_demand) {
  Random random(7);
  const auto noise = [&random](double level) {
    Demand demand = demand_of(level);
    demand.latest = level + std::sqrt(level / latest_window_s) * random.normal();
    return demand;
  };
  const Situation calm{.slope = 1, .volatility = 0, .level_per_second = 100};
  Growth growth;
  for (int t = 0; t < 12 * 3600; ++t) learn_growth(noise(100), calm, 0.01, 30, 1, 0, growth);
  const double before = grown(growth, calm, 0.01, 100);
  EXPECT_LT(before, 120);
  const Situation burst{.slope = 3, .volatility = 1, .level_per_second = 4000};
  for (int t = 0; t < 30; ++t) learn_growth(noise(4000), burst, 0.01, 30, 1, 0, growth);
  for (int t = 1; t <= 3 * 86400; ++t) {
    learn_growth(noise(100), calm, 0.01, 30, 1, 0, growth);
    if (t == 600 || t == 3600 || t == 86400 || t == 3 * 86400) {
      EXPECT_NEAR(grown(growth, calm, 0.01, 100), before, 5) << t << " s after the burst";
    }
  }
}

TEST(Growth, the_estimator_is_the_best_at_the_share_that_may_be_outgrown_now) {
  // Each half minute demand goes up or down by 50, and the days before tell when; but at times they
  // tell of a fall by 150 that does not come. Where a fortieth may be outgrown that is no matter.
  // Where hardly anything may, whoever goes by those days must always add 150.
  Growth growth;
  int t = 0;
  const auto live = [&](int seconds, double permitted) {
    for (const int end = t + seconds; t < end; ++t) {
      const double now = t / 30 % 2 == 0 ? 100 : 150;
      const double usual = t % 2000 < 20 ? -150 : 250 - 2 * now;
      const Situation calm{.slope = 1, .volatility = 0, .level_per_second = 125};
      learn_growth(demand_of(now), calm, permitted, 30, 1, usual, growth);
    }
  };
  live(12 * 3600, 0.001);
  EXPECT_NE(growth.estimator, GrowthEstimator::by_course);
  live(120, 0.25);
  EXPECT_EQ(growth.estimator, GrowthEstimator::by_course) << "both were scored all the time";
  live(120, 0.001);
  EXPECT_NE(growth.estimator, GrowthEstimator::by_course);
}

TEST(Growth, what_was_seen_once_is_forgotten_in_the_end) {
  Growth growth;
  const auto all = [&growth] {
    std::size_t bins = growth.levels.at.size();
    for (const auto* rises : {&growth.rises, &growth.rises_beyond_course}) {
      bins += rises->pooled.at.size();
      for (const auto& [cell, histogram] : rises->cells) bins += histogram.at.size();
    }
    return bins;
  };
  const Situation calm{.slope = 1, .volatility = 0, .level_per_second = 100};
  for (int t = 0; t < 120; ++t) learn_growth(demand_of(100 + t), calm, 0.01, 5, 1, 0, growth);
  EXPECT_GT(all(), 4);
  // Nothing comes any more: an hour is one step.
  for (int hour = 0; hour < 60 * 24; ++hour)
    learn_growth(demand_of(0), calm, 0.01, 5, 3600, 0, growth);
  EXPECT_EQ(all(), 1) << "that there is no demand";
  EXPECT_TRUE(growth.rises.cells.empty());
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
    growth.foretold_rise = 0;
    const double quiet = grown(growth, calm, 0.01, 100);
    growth.foretold_rise = 200;
    const double before_a_rise = grown(growth, calm, 0.01, 100);
    EXPECT_GT(before_a_rise, 290);
    EXPECT_EQ(growth.estimator == GrowthEstimator::by_course, right);
    if (right)
      EXPECT_LT(quiet, 110) << "between rises nothing is kept for them";
    else
      EXPECT_GT(quiet, 290);
  }
}

TEST(Growth, when_starts_take_much_longer_more_growth_is_expected_before_any_was_seen_over_that) {
  Random random(3);
  Growth growth;
  const Situation calm{.slope = 1, .volatility = 0, .level_per_second = 1000};
  double level = 1000;
  int t = 0;
  const auto walk = [&](int seconds, double lead_s) {
    for (const int end = t + seconds; t < end; ++t) {
      level += 3 * random.normal() + 0.001 * (1000 - level);
      learn_growth(demand_of(level), calm, 0.05, lead_s, 1, 0, growth);
    }
  };
  walk(12 * 3600, 5);
  const double before = grown(growth, calm, 0.05, 1000) - 1000;
  walk(1, 157);
  const double at_once = grown(growth, calm, 0.05, 1000) - 1000;
  EXPECT_GT(at_once, 3 * before);
  walk(4 * 86400, 157);
  const double learned = grown(growth, calm, 0.05, 1000) - 1000;
  EXPECT_NEAR(at_once, learned, 0.5 * learned);
  walk(1, 5);
  EXPECT_GT(grown(growth, calm, 0.05, 1000) - 1000, 0.8 * learned)
      << "that it is shorter now makes no bolder by itself";
}

TEST(Growth, a_journal_from_before_the_course_is_gone_on_with) {
  Growth growth;
  const Situation calm{.slope = 1, .volatility = 0, .level_per_second = 100};
  for (int t = 0; t < 12 * 3600; ++t)
    learn_growth(demand_of(t % 200 < 10 ? 150 : 100), calm, 0.01, 30, 1, 0, growth);
  growth.estimator = GrowthEstimator::by_situation;
  const double before = grown(growth, calm, 0.01, 100);
  growth.rises_beyond_course = {};
  growth.estimator = GrowthEstimator::by_course;
  growth.prior_samples = 0.1;
  learn_growth(demand_of(100), calm, 0.01, 30, 1, 0, growth);
  EXPECT_NEAR(grown(growth, calm, 0.01, 100), before, 5);
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
