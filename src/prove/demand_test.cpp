// Demand from traces: totals kept, wide bins smooth, nonsense refused.
#include "prove/demand.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "prove/workload.h"

namespace headroom::prove {
namespace {

Trace trace_of(double bin_s, std::vector<double> values) {
  return {.column = "requests_per_second", .start_s = 1000, .bin_s = bin_s, .values = values};
}

double sum(const Demand& demand, std::size_t from, std::size_t to) {
  return std::accumulate(demand.per_second.begin() + static_cast<std::ptrdiff_t>(from),
                         demand.per_second.begin() + static_cast<std::ptrdiff_t>(to), 0.0);
}

TEST(demand, counts_of_seconds_stay_as_recorded) {
  const auto demand = demand_of(trace_of(1, {3, 0, 7}), {.factor = 2});
  ASSERT_TRUE(demand);
  EXPECT_TRUE(demand->counts);
  EXPECT_EQ(demand->per_second, (std::vector<double>{6, 0, 14}));
  EXPECT_EQ(demand->start_s, 1000);
}

TEST(demand, bins_below_a_second_are_added_up) {
  const auto demand = demand_of(trace_of(0.5, {2, 4, 6, 0}), {});
  ASSERT_TRUE(demand);
  EXPECT_EQ(demand->per_second, (std::vector<double>{3, 3}));
}

TEST(demand, wide_bins_keep_their_totals_and_have_no_steps) {
  const std::vector<double> rates = {100, 120, 150, 140, 90, 100};
  const auto demand = demand_of(trace_of(60, rates), {});
  ASSERT_TRUE(demand);
  EXPECT_FALSE(demand->counts);
  ASSERT_EQ(demand->per_second.size(), 360U);
  for (std::size_t i = 0; i < rates.size(); ++i)
    EXPECT_NEAR(sum(*demand, 60 * i, 60 * (i + 1)) / 60, rates[i], 1e-9) << i;
  for (std::size_t i = 1; i < demand->per_second.size(); ++i)
    EXPECT_LT(std::abs(demand->per_second[i] - demand->per_second[i - 1]), 2.5) << i;
}

TEST(demand, a_lone_spike_never_makes_a_rate_negative) {
  const auto demand = demand_of(trace_of(60, {0, 0, 100, 0, 0, 0}), {});
  ASSERT_TRUE(demand);
  for (const double rate : demand->per_second) EXPECT_GE(rate, 0);
  EXPECT_NEAR(sum(*demand, 120, 180), 6000, 1e-6);
}

TEST(demand, playing_faster_compresses_the_trace) {
  const auto demand = demand_of(trace_of(60, {100, 100, 100, 100}), {.speed = 4});
  ASSERT_TRUE(demand);
  EXPECT_EQ(demand->per_second.size(), 60U);
  EXPECT_NEAR(demand->per_second[30], 400, 1e-9);
  const auto seconds = demand_of(trace_of(1, {1, 2, 3, 4}), {.speed = 2});
  EXPECT_EQ(seconds->per_second, (std::vector<double>{3, 7}));
}

TEST(demand, short_gaps_are_filled_and_long_ones_refused) {
  const double unknown = std::nan("");
  const auto filled = demand_of(trace_of(1, {10, unknown, 30}), {});
  ASSERT_TRUE(filled);
  EXPECT_NEAR(filled->per_second[1], 20, 1e-9);
  std::vector<double> values(4000, unknown);
  values.front() = values.back() = 1;
  const auto refused = demand_of(trace_of(1, values), {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "requests_per_second is unknown for 3998 bins from 1001 to 4999, 1h6m38s: at most 1800 "
            "are filled in; write rows with 0 where nothing came, or take a part without the gap");
}

TEST(demand, what_cannot_be_simulated_is_refused_in_a_sentence) {
  EXPECT_EQ(demand_of(trace_of(1, {1, -2}), {}).error().message,
            "requests_per_second is -2 at 1001: rates are 0 or more");
  EXPECT_EQ(demand_of(trace_of(1, {}), {}).error().message, "the trace is empty");
  const auto years = demand_of(trace_of(86400, std::vector<double>(3653, 10)), {});
  ASSERT_FALSE(years);
  EXPECT_EQ(years.error().message,
            "the trace lasts 3653 days, at most 730 are simulated: choose a part of it or play it "
            "faster");
  EXPECT_FALSE(scaled_to_peak(trace_of(60, {0, 0, 0}), *named_workload("fast-web")));
}

TEST(demand, a_trace_is_scaled_so_that_its_peak_minute_needs_forty_replicas) {
  const Trace trace = trace_of(60, {10, 20, 40, 20});
  const Workload workload = *named_workload("fast-web");
  const auto factor = scaled_to_peak(trace, workload);
  ASSERT_TRUE(factor);
  EXPECT_NEAR(*factor * 40, 0.8 * 40 * 8 / 0.02, 1e-6);
  const auto demand = demand_of(trace, {.factor = *factor, .history_share = 0.25});
  EXPECT_NEAR(peak_per_second(*demand), 12800, 1e-6);
  EXPECT_EQ(demand->scored_from, 60U);
}

}  // namespace
}  // namespace headroom::prove
