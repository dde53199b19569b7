// The law is found where it holds, and is never believed far beyond what was seen.
#include "scale/scaling_law.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/random.h"
#include "scale/curve.h"
#include "scale/observation.h"

namespace headroom::scale {
namespace {

struct Truth {
  double alone_s = 0.02;
  double contention = 0;
  double coherency = 0;
};

/// `attempts` at each level up to `most` in flight, with times that are exponential by `random`.
std::vector<LevelEvidence> seen_of(const Truth& truth, double most, int attempts, Random* random) {
  const ScalingLaw law{
      .alone_s = truth.alone_s, .contention = truth.contention, .coherency = truth.coherency};
  std::vector<LevelEvidence> levels(ByConcurrency::level_count);
  for (std::size_t i = 0; i < levels.size() && concurrency_of(i) <= most; ++i)
    for (int n = 0; n < attempts; ++n) {
      const double mean_s = latency_at(law, concurrency_of(i));
      levels[i].attempts += 1;
      levels[i].latency_s += random != nullptr ? random->exponential(mean_s) : mean_s;
    }
  return levels;
}

TEST(ScalingLaw, finds_what_it_was_made_of) {
  for (const Truth& truth :
       {Truth{.contention = 0.05, .coherency = 0.001}, Truth{.contention = 0.3},
        Truth{.coherency = 0.01}, Truth{}, Truth{.contention = 1, .coherency = 1e-4}}) {
    const ScalingLaw law = law_of(seen_of(truth, 200, 100, nullptr));
    EXPECT_NEAR(law.alone_s, truth.alone_s, 1e-9);
    EXPECT_NEAR(law.contention, truth.contention, 1e-7);
    EXPECT_NEAR(law.coherency, truth.coherency, 1e-9);
    EXPECT_NEAR(law.error, 0, 1e-7);
  }
}

TEST(ScalingLaw, finds_about_the_same_in_noise) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Random random(seed);
    const Truth truth{.contention = 0.05, .coherency = 0.002};
    const ScalingLaw law = law_of(seen_of(truth, 40, 1000, &random));
    EXPECT_NEAR(latency_at(law, 40), latency_at({0.02, 0.05, 0.002, 0, 0}, 40), 0.1 * 0.124)
        << "seed " << seed;
    ASSERT_TRUE(peak_of(law)) << "seed " << seed;
    EXPECT_NEAR(*peak_of(law), std::sqrt(0.95 / 0.002), 6) << "seed " << seed;
  }
}

TEST(ScalingLaw, is_never_negative_where_more_in_flight_takes_less) {
  Random random(2);
  std::vector<LevelEvidence> levels(ByConcurrency::level_count);
  for (std::size_t i = 0; i < 20; ++i)
    levels[i] = {
        .attempts = 100, .late = 0, .latency_s = 100 * 0.05 / (1.0 + 0.1 * static_cast<double>(i))};
  const ScalingLaw law = law_of(levels);
  EXPECT_GT(law.alone_s, 0);
  EXPECT_EQ(law.contention, 0);
  EXPECT_EQ(law.coherency, 0);
  EXPECT_EQ(limit_of(law), Limit::none);
}

TEST(ScalingLaw, is_none_without_levels_enough) {
  EXPECT_EQ(law_of({}).alone_s, 0);
  EXPECT_EQ(law_of(seen_of({}, 3, 100, nullptr)).alone_s, 0);
  EXPECT_EQ(law_of(seen_of({}, 30, 10, nullptr)).alone_s, 0) << "too few at each";
  EXPECT_GT(law_of(seen_of({}, 4, 100, nullptr)).alone_s, 0);
  EXPECT_EQ(describe(ScalingLaw{}, {}, 0.1), "");
}

TEST(ScalingLaw, says_what_limits_and_where_the_most_is) {
  const ScalingLaw locks = law_of(seen_of({.contention = 0.2}, 30, 100, nullptr));
  EXPECT_EQ(limit_of(locks), Limit::contention);
  EXPECT_FALSE(peak_of(locks)) << "more always brings a little more";
  const ScalingLaw caches =
      law_of(seen_of({.contention = 0.01, .coherency = 0.004}, 30, 100, nullptr));
  EXPECT_EQ(limit_of(caches), Limit::coherency);
  EXPECT_NEAR(*peak_of(caches), std::sqrt(0.99 / 0.004), 0.01);
  EXPECT_EQ(describe(caches, {.end_seen = true}, 1),
            "coherency limits it (contention 1%, coherency 0.4%, within 0%), most at 15.7 in "
            "flight");
  EXPECT_EQ(describe(law_of(seen_of({}, 30, 100, nullptr)), {.end_seen = true}, 1),
            "nothing limits it up to 28 in flight");
}

TEST(ScalingLaw, an_extrapolation_is_said_to_be_one_and_ends_at_twice_what_was_seen) {
  const ScalingLaw law = law_of(seen_of({.contention = 0.1}, 10, 100, nullptr));
  // 0.02 × (1 + 0.1 × 14) = 0.048 with 15 in flight.
  ASSERT_TRUE(takes_beyond_seen(law, 0.048));
  EXPECT_NEAR(*takes_beyond_seen(law, 0.048), 15, 0.02);
  EXPECT_FALSE(takes_beyond_seen(law, 0.03)) << "that was seen";
  EXPECT_FALSE(takes_beyond_seen(law, 0.1)) << "that is too far";
  const std::string near = describe(law, {.end_seen = false}, 0.096);
  EXPECT_NE(near.find("by extrapolation half the objective is taken at 15.0 in flight"),
            std::string::npos)
      << near;
  const std::string far = describe(law, {.end_seen = false}, 0.4);
  EXPECT_NE(far.find("half the objective not within 2 × what was seen"), std::string::npos) << far;
  EXPECT_EQ(describe(law, {.end_seen = true}, 0.096).find("extrapolation"), std::string::npos);
}

}  // namespace
}  // namespace headroom::scale
