// The frontier is what is best, read off without inventing points.
#include "prove/frontier.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/random.h"

namespace headroom::prove {
namespace {

TEST(Frontier, keeps_what_nothing_beats_in_both) {
  const std::vector<Outcome> outcomes{{0.01, 10}, {0.001, 20}, {0.002, 25}, {0.01, 12}, {0.1, 10}};
  EXPECT_EQ(pareto(outcomes), (std::vector<Outcome>{{0.001, 20}, {0.01, 10}}));
}

TEST(Frontier, of_nothing_is_nothing) {
  EXPECT_TRUE(pareto({}).empty());
  EXPECT_EQ(cost_at({}, 0.01), std::nullopt);
}

TEST(Frontier, has_nothing_between_outcomes) {
  const std::vector<Outcome> frontier{{0.0001, 40}, {0.01, 10}};
  EXPECT_EQ(cost_at(frontier, 0.00009), std::nullopt);
  EXPECT_EQ(cost_at(frontier, 0.0001), 40);
  EXPECT_EQ(cost_at(frontier, 0.0099), 40) << "nobody was seen to miss so little for less";
  EXPECT_EQ(cost_at(frontier, 0.01), 10);
  EXPECT_EQ(cost_at(frontier, 0.5), 10);
}

TEST(Frontier, costs_no_less_for_fewer_misses) {
  const std::uint64_t seed = 7;
  SCOPED_TRACE(seed);
  Random random(seed);
  for (int round = 0; round < 200; ++round) {
    std::vector<Outcome> outcomes;
    for (int i = 0; i < 12; ++i)
      outcomes.push_back({std::pow(10, -6 * random.uniform()), 1 + 100 * random.uniform()});
    const auto frontier = pareto(outcomes);
    double before = frontier.front().cost + 1;
    for (double share = frontier.front().missed_share; share < 1; share *= 1.3) {
      const auto cost = cost_at(frontier, share);
      ASSERT_TRUE(cost.has_value());
      EXPECT_LE(*cost, before + 1e-9);
      before = *cost;
    }
  }
}

}  // namespace
}  // namespace headroom::prove
