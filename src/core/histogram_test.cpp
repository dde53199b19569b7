// The latency histogram against sorted samples.
#include "core/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/random.h"

namespace headroom {
namespace {

using namespace std::chrono_literals;

TEST(Histogram, quantiles_are_within_two_percent_of_the_sorted_samples) {
  constexpr std::uint64_t seed = 20260101;
  Random random(seed);
  Histogram histogram;
  std::vector<double> samples_ms;
  for (int i = 0; i < 20'000; ++i) {
    const double ms = 5.0 * std::exp(1.2 * random.normal());
    samples_ms.push_back(ms);
    histogram.record(from_seconds(ms / 1e3));
  }
  std::sort(samples_ms.begin(), samples_ms.end());
  for (const double q : {0.01, 0.5, 0.9, 0.99, 0.999}) {
    const double exact = samples_ms[static_cast<std::size_t>(q * 20'000) - 1];
    EXPECT_NEAR(milliseconds(histogram.quantile(q)) / exact, 1.0, 0.02) << q << " seed " << seed;
  }
}

TEST(Histogram, every_value_falls_into_the_bucket_that_spans_it) {
  for (std::uint64_t us :
       {0ULL, 1ULL, 31ULL, 32ULL, 63ULL, 64ULL, 65ULL, 1000ULL, 123456789ULL, (1ULL << 32) - 1}) {
    const auto index = static_cast<int>(Histogram::index_of(us));
    EXPECT_LE(Histogram::lower_us(index), us);
    EXPECT_GT(Histogram::lower_us(index + 1), us);
  }
  EXPECT_EQ(Histogram::index_of(1ULL << 40), Histogram::bucket_count - 1U);
}

TEST(Histogram, merge_adds_and_empty_answers_zero) {
  Histogram a;
  Histogram b;
  EXPECT_EQ(a.quantile(0.99), 0ns);
  EXPECT_EQ(a.mean(), 0ns);
  a.record(10ms);
  b.record(30ms);
  a.merge(b);
  EXPECT_EQ(a.count(), 2U);
  EXPECT_EQ(a.mean(), 20ms);
  EXPECT_EQ(a.count_over(20ms), 1U);
  EXPECT_NEAR(milliseconds(a.quantile(1.0)), 30.0, 0.6);
}

}  // namespace
}  // namespace headroom
