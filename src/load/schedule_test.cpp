// Arrivals: repeatable, at the right rate, where the trace says; curves that are refused.
#include "load/schedule.h"

#include <gtest/gtest.h>

#include <cmath>

namespace headroom::load {
namespace {

using namespace std::chrono_literals;

std::vector<Duration> all(const RateCurve& curve, std::uint64_t seed) {
  Arrivals arrivals(curve, seed);
  std::vector<Duration> times;
  while (const auto next = arrivals.next()) times.push_back(*next);
  return times;
}

Trace steps(std::vector<double> values, double bin_s) {
  return {.column = "requests_per_second", .start_s = 1000, .bin_s = bin_s, .values = values};
}

TEST(schedule, the_same_seed_gives_the_same_arrivals_and_another_one_others) {
  const RateCurve curve = RateCurve::constant(100, 10s).value();
  EXPECT_EQ(all(curve, 7), all(curve, 7));
  EXPECT_NE(all(curve, 7), all(curve, 8));
}

TEST(schedule, arrivals_are_in_order_inside_the_run_and_as_many_as_the_rate_says) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const RateCurve curve = RateCurve::constant(500, 20s).value();
    const auto times = all(curve, seed);
    EXPECT_TRUE(std::is_sorted(times.begin(), times.end())) << "seed " << seed;
    EXPECT_LT(times.back(), 20s);
    EXPECT_NEAR(static_cast<double>(times.size()), 10'000, 5 * std::sqrt(10'000))
        << "seed " << seed;
  }
}

TEST(schedule, gaps_are_exponential) {
  const auto times = all(RateCurve::constant(1000, 30s).value(), 3);
  double sum = 0;
  double squares = 0;
  for (std::size_t i = 1; i < times.size(); ++i) {
    const double gap = seconds(times[i] - times[i - 1]);
    sum += gap;
    squares += gap * gap;
  }
  const auto n = static_cast<double>(times.size() - 1);
  const double mean = sum / n;
  EXPECT_NEAR(std::sqrt(squares / n - mean * mean) / mean, 1, 0.05);  // of a regular clock: 0
}

TEST(schedule, each_bin_of_a_trace_gets_its_own_rate) {
  const RateCurve curve =
      RateCurve::from_trace(steps({100, 0, 1000}, 10), {.speed = 1, .scale = 1}).value();
  std::size_t counts[3] = {};
  for (const Duration t : all(curve, 5)) ++counts[t / 10s];
  EXPECT_NEAR(static_cast<double>(counts[0]), 1000, 160);
  EXPECT_EQ(counts[1], 0U);
  EXPECT_NEAR(static_cast<double>(counts[2]), 10'000, 500);
}

TEST(schedule, speed_shortens_the_time_and_scale_multiplies_the_rate) {
  const Trace trace = steps({10, 20}, 60);
  const RateCurve fast = RateCurve::from_trace(trace, {.speed = 60, .scale = 1}).value();
  EXPECT_EQ(fast.length(), 2s);
  EXPECT_EQ(fast.per_s(), (std::vector<double>{10, 20}));
  EXPECT_DOUBLE_EQ(fast.expected(), 30);
  const RateCurve strong = RateCurve::from_trace(trace, {.speed = 60, .scale = 100}).value();
  EXPECT_EQ(strong.length(), 2s);
  EXPECT_NEAR(static_cast<double>(all(strong, 1).size()), 3000, 5 * std::sqrt(3000));
}

TEST(schedule, a_cut_ends_in_the_middle_of_a_bin) {
  const RateCurve curve = RateCurve::constant(1000, 10s).value().cut(2500ms);
  EXPECT_EQ(curve.length(), 2500ms);
  EXPECT_DOUBLE_EQ(curve.expected(), 2500);
  EXPECT_LT(all(curve, 1).back(), 2500ms);
  EXPECT_EQ(RateCurve::constant(1, 1s).value().cut(1h).length(), 1s);
}

TEST(schedule, refuses_what_is_no_traffic) {
  const auto message = [](const Result<RateCurve>& curve) {
    return curve ? std::string("accepted") : curve.error().message;
  };
  EXPECT_EQ(message(RateCurve::constant(0, 1s)),
            "the traffic has no requests: its rate is 0 throughout");
  EXPECT_EQ(message(RateCurve::constant(1, 0s)), "the traffic has no length");
  EXPECT_EQ(message(RateCurve::make({}, 1)), "the traffic has no length");
  EXPECT_EQ(message(RateCurve::constant(1e7, 1s)),
            "the rate 1e+07 requests/s at 0 s of the traffic is more than 1000000");
  EXPECT_EQ(message(RateCurve::from_trace(steps({1, -2}, 60), {})),
            "requests_per_second is -2 at 1060: a rate cannot be negative");
  EXPECT_EQ(message(RateCurve::from_trace(steps({1, 2}, 60), {.speed = 0, .scale = 1})),
            "speed 0 is not above 0");
  EXPECT_EQ(message(RateCurve::from_trace(steps({1, 2}, 86'400), {})),
            "the traffic lasts 172800 s, longer than 1d");
  EXPECT_NE(message(RateCurve::from_trace(steps({1, std::nan("")}, 1), {})), "accepted");
}

TEST(schedule, targets_are_chosen_by_weight) {
  Mix mix({1, 3, 6}, 4);
  int counts[3] = {};
  for (int i = 0; i < 10'000; ++i) ++counts[mix.next()];
  EXPECT_NEAR(counts[0], 1000, 150);
  EXPECT_NEAR(counts[1], 3000, 230);
  EXPECT_NEAR(counts[2], 6000, 250);
}

}  // namespace
}  // namespace headroom::load
