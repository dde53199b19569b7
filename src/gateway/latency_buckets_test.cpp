// Buckets as histogram_quantile reads them, and the one that ends at the objective.
#include "gateway/latency_buckets.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/random.h"

namespace headroom::gateway {
namespace {

using namespace std::chrono_literals;
using Buckets = prometheus::ClientMetric::Histogram;

/// As histogram_quantile does: linear within the bucket.
double quantile(const Buckets& buckets, double q) {
  const double rank = q * static_cast<double>(buckets.sample_count);
  double from = 0;
  double before = 0;
  for (const auto& bucket : buckets.bucket) {
    const auto count = static_cast<double>(bucket.cumulative_count);
    if (count >= rank)
      return from + (bucket.upper_bound - from) * (rank - before) / (count - before);
    from = bucket.upper_bound;
    before = count;
  }
  return from;
}

std::uint64_t count_at(const Buckets& buckets, double bound_s) {
  for (const auto& bucket : buckets.bucket)
    if (bucket.upper_bound == bound_s) return bucket.cumulative_count;
  ADD_FAILURE() << "no bucket ends at " << bound_s;
  return 0;
}

bool never_falls(const Buckets& buckets) {
  return std::ranges::is_sorted(buckets.bucket, {},
                                &prometheus::ClientMetric::Bucket::cumulative_count) &&
         std::ranges::is_sorted(buckets.bucket, {}, &prometheus::ClientMetric::Bucket::upper_bound);
}

TEST(LatencyBuckets, give_the_p99_within_ten_percent) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Random random(seed);
    Histogram latency;
    const double median_ms = std::exp(random.uniform() * 6);  // 1 ms to 400 ms
    std::vector<double> exact;
    for (int i = 0; i < 20'000; ++i) {
      const double normal =
          std::sqrt(-2 * std::log(1 - random.uniform())) * std::cos(2 * M_PI * random.uniform());
      exact.push_back(median_ms / 1e3 * std::exp(0.5 * normal));
      latency.record(from_seconds(exact.back()));
    }
    std::ranges::sort(exact);
    const double truth = exact[static_cast<std::size_t>(0.99 * 20'000)];
    const double read = quantile(latency_buckets(latency), 0.99);
    EXPECT_NEAR(read / truth, 1.0, 0.1) << "seed " << seed << ", p99 " << truth << " s";
  }
}

TEST(LatencyBuckets, end_at_short_numbers) {
  const Buckets buckets = latency_buckets(Histogram{});
  EXPECT_EQ(buckets.bucket.front().upper_bound, 0.001);
  EXPECT_EQ(buckets.bucket.at(buckets.bucket.size() - 2).upper_bound, 60);
  for (const auto& bucket : buckets.bucket)
    EXPECT_LE(fmt::format("{}", bucket.upper_bound).size(), 6U) << bucket.upper_bound;
}

TEST(LatencyBuckets, their_sum_never_falls) {
  Histogram latency;
  latency.record_us(10);
  latency.record_us(0, 2);
  const double before = latency_buckets(latency).sample_sum;
  latency.record_us(0);
  EXPECT_EQ(latency_buckets(latency).sample_sum, before);
}

TEST(LatencyBuckets, one_ends_at_the_objective_with_just_what_was_good) {
  Histogram latency;
  for (int i = 0; i < 100; ++i) latency.record(149ms);
  for (int i = 0; i < 10; ++i) latency.record(151ms);
  const Buckets buckets = latency_buckets(latency, {.bound = 150ms, .count = 100});
  EXPECT_EQ(count_at(buckets, 0.15), 100U);
  EXPECT_EQ(count_at(buckets, 0.2), 110U);
  EXPECT_TRUE(never_falls(buckets));
}

TEST(LatencyBuckets, one_that_is_no_short_number_is_added) {
  Histogram latency;
  latency.record(170ms);
  latency.record(174ms);
  const Buckets buckets = latency_buckets(latency, {.bound = 173ms, .count = 1});
  EXPECT_EQ(buckets.bucket.size(), latency_buckets(latency).bucket.size() + 1);
  EXPECT_EQ(count_at(buckets, 0.173), 1U);
  EXPECT_TRUE(never_falls(buckets));
}

TEST(WithinObjective, counts_what_was_good_also_after_the_objective_has_changed) {
  Histogram latency;
  WithinObjective within;
  within.judge_by(100ms, latency, 0);
  for (int i = 0; i < 10; ++i) latency.record(i < 6 ? 50ms : 300ms);
  EXPECT_EQ(within.of(6).count, 6U);
  within.judge_by(500ms, latency, 6);
  EXPECT_EQ(within.of(6).count, 10U) << "all of those before are within 500 ms";
  for (int i = 0; i < 3; ++i) latency.record(400ms);
  EXPECT_EQ(within.of(9).count, 13U);
  EXPECT_EQ(within.of(9).bound, 500ms);
}

TEST(WithinObjective, the_buckets_of_a_changed_objective_do_not_contradict_each_other) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Random random(seed);
    Histogram latency;
    WithinObjective within;
    std::uint64_t good = 0;
    for (int change = 0; change < 5; ++change) {
      const Duration objective = 1ms + std::chrono::microseconds(random.below(400'000));
      within.judge_by(objective, latency, good);
      for (int i = 0; i < 200; ++i) {
        const Duration took = std::chrono::microseconds(random.below(600'000));
        latency.record(took);
        good += took <= objective ? 1 : 0;
      }
      EXPECT_TRUE(never_falls(latency_buckets(latency, within.of(good)))) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace headroom::gateway
