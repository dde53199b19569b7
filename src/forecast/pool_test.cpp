// Who is followed, and when models are refused.
#include "forecast/pool.h"

#include <gtest/gtest.h>

#include "core/random.h"

namespace headroom::forecast {
namespace {

Answer around(double middle, double width = 0) {
  Quantiles quantiles{};
  for (std::size_t i = 0; i < grid_size; ++i) quantiles[i] = middle + width * (grid_p[i] - 0.5);
  return quantiles;
}

constexpr std::size_t middle = median_place;
constexpr std::size_t far = place_of(0.99);

/// A pool of a naive one that is off by `naive` each time, and a model that is off by `model`.
Pool pool_after(int rounds, double naive, double model, std::size_t lead = 1) {
  Pool pool({Role::naive, Role::model}, lead, 1000);
  for (int i = 0; i < rounds; ++i) {
    const std::array answers{around(100 + naive), around(100 + model)};
    pool.learn(answers, 0, 100);
  }
  return pool;
}

TEST(Pool, follows_a_model_that_is_better) {
  const std::array answers{around(10), around(20)};
  const Pooled pooled = pool_after(2000, 8, 2).combine(answers, 0);
  EXPECT_LT(pooled.naive_share[middle], 0.01);
  EXPECT_NEAR(pooled.quantiles[middle], 20, 0.2);
}

TEST(Pool, a_model_that_has_not_beaten_the_naive_forecast_does_not_act) {
  const std::array answers{around(10), around(20)};
  for (const double model : {8.0, 7.8, 30.0}) {  // as good, hardly better, worse
    const Pooled pooled = pool_after(2000, 8, model).combine(answers, 0);
    EXPECT_GT(pooled.naive_share[middle], 0.5) << model;
    EXPECT_EQ(pooled.quantiles[middle], 10) << model;
  }
}

TEST(Pool, a_model_waits_for_evidence_and_longer_in_the_tail) {
  const std::array answers{around(10), around(20)};
  const Pooled early = pool_after(15, 8, 0).combine(answers, 0);
  EXPECT_EQ(early.quantiles[middle], 10);
  const Pooled later = pool_after(600, 8, 0).combine(answers, 0);
  EXPECT_NEAR(later.quantiles[middle], 20, 0.5);
  EXPECT_EQ(later.naive_share[far], 1);  // 1,000 values for one of a hundred
  EXPECT_LT(pool_after(1500, 8, 0).combine(answers, 0).naive_share[far], 0.1);
  // Values a lead apart tell as much as one.
  EXPECT_EQ(pool_after(600, 8, 0, 60).combine(answers, 0).quantiles[middle], 10);
}

TEST(Pool, chooses_by_situation) {
  Pool pool({Role::naive, Role::model}, 1, 1000);
  for (int i = 0; i < 3000; ++i) {
    const bool rising = i % 2 == 0;
    const std::array answers{around(rising ? 110 : 100.5), around(rising ? 101 : 104)};
    pool.learn(answers, rising ? 3 : 1, 100);
  }
  const std::array answers{around(10), around(20)};
  EXPECT_LT(pool.combine(answers, 3).naive_share[middle],
            pool.combine(answers, 1).naive_share[middle]);
}

TEST(Pool, quantiles_never_fall_with_p_though_each_is_chosen_by_itself) {
  constexpr std::uint64_t seed = 9;
  Random random(seed);
  Pool pool({Role::naive, Role::peer, Role::model}, 1, 500);
  for (int i = 0; i < 3000; ++i) {
    const std::array answers{around(100 + 5 * random.normal(), 40),
                             around(100, 10 * random.uniform()), around(98, 25)};
    pool.learn(answers, static_cast<std::uint8_t>(random.below(4)), 100 + 10 * random.normal());
    const Pooled pooled = pool.combine(answers, 0);
    for (std::size_t k = 1; k < grid_size; ++k)
      ASSERT_GE(pooled.quantiles[k], pooled.quantiles[k - 1]) << "seed " << seed << " at " << i;
  }
}

TEST(Pool, who_has_no_answer_yet_has_no_say_and_no_lead) {
  Pool pool({Role::naive, Role::peer}, 1, 1000);
  for (int i = 0; i < 500; ++i) pool.learn(std::array{around(101), Answer()}, 0, 100);
  const Pooled pooled = pool.combine(std::array{around(10), Answer()}, 0);
  EXPECT_EQ(pooled.quantiles[middle], 10);
  EXPECT_EQ(pooled.naive_share[middle], 1);
}

}  // namespace
}  // namespace headroom::forecast
