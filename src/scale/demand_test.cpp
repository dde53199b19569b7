// Which window demand is taken from.
#include "scale/demand.h"

#include <gtest/gtest.h>

#include "core/random.h"

namespace headroom::scale {
namespace {

using namespace std::chrono_literals;

std::vector<DemandSample> seconds_at(const std::vector<std::pair<int, double>>& parts) {
  std::vector<DemandSample> samples;
  for (const auto& [length_s, rate] : parts) samples.insert(samples.end(), length_s, {1, rate});
  return samples;
}

TEST(Demand, the_longest_window_that_recent_ones_agree_with_is_taken) {
  struct Case {
    std::vector<std::pair<int, double>> past;
    Rule window;
    double per_second;
  };
  const Case cases[] = {
      {{{120, 100}}, Rule::steady, 100},
      {{{119, 100}, {1, 130}}, Rule::steady, 100.25},  // 6 above 100 in 5 s is chance
      {{{118, 100}, {2, 200}}, Rule::surge, 200},      // twice as much for 2 s is not
      {{{115, 100}, {5, 140}}, Rule::rapid, 140},      // 40% more for 5 s
      {{{90, 100}, {30, 140}}, Rule::sustained, 140},  // and for 30 s
      {{{90, 100}, {30, 40}}, Rule::sustained, 40},    // a fall is seen after 30 s …
      {{{115, 100}, {5, 40}}, Rule::sustained, 90},    // … not after 5 s
      {{{118, 1}, {2, 3}}, Rule::steady, 1.0333},      // four requests more are chance
      {{{1, 50}}, Rule::steady, 50},
  };
  for (const auto& c : cases) {
    const auto samples = seconds_at(c.past);
    const Demand demand = demand_now(samples, 0);
    EXPECT_EQ(demand.window, c.window) << c.per_second;
    EXPECT_NEAR(demand.per_second, c.per_second, 0.01);
  }
}

TEST(Demand, windows_are_no_shorter_than_what_is_evened_out) {
  const auto burst = seconds_at({{112, 100}, {8, 200}});
  EXPECT_EQ(demand_now(burst, 0).window, Rule::rapid) << "of 5 s, all of them of the burst";
  EXPECT_DOUBLE_EQ(demand_now(burst, 0).latest, 200);
  const Demand patient = demand_now(burst, 16);  // half of that is the surge window
  EXPECT_EQ(patient.window, Rule::surge);
  EXPECT_DOUBLE_EQ(patient.window_s, 8);
  EXPECT_DOUBLE_EQ(patient.latest, 150);
  EXPECT_DOUBLE_EQ(patient.rapid, 150);
  EXPECT_DOUBLE_EQ(patient.rapid_s, 16);
  const Demand most = demand_now(burst, 30);
  EXPECT_EQ(most.window, Rule::sustained) << "53 above 127 in 15 s is less than half";
}

TEST(Demand, is_evened_out_for_as_long_as_requests_may_wait) {
  struct Case {
    double latency_s, queue_wait_s, objective_s, evened_out_s;
  };
  const Case cases[] = {
      {0.02, 1, 0.15, 0.44},  // 110 ms to spare beyond twice the mean, four times that
      {1, 15, 7, 20},         // 5 s
      {1, 2, 7, 8},           // but who waits for 2 s is shed
      {1, 15, 20, 30},        // never longer than the sustained window
      {5, 15, 6, 5},          // none may wait: what is in flight is a mean over 5 s
      {90, 15, 100, 30},     {0, 0, 1, 0},
  };
  for (const auto& c : cases) {
    ServicePolicy policy;
    policy.objective.latency = from_seconds(c.objective_s);
    policy.queue_wait = from_seconds(c.queue_wait_s);
    Capacity capacity;
    capacity.latency_s = c.latency_s;
    EXPECT_NEAR(evened_out_s(policy, capacity), c.evened_out_s, 1e-9) << c.objective_s;
  }
}

TEST(Demand, what_is_not_known_is_left_out_of_means) {
  auto samples = seconds_at({{100, 100}});
  samples.insert(samples.end(), 20, {1, -1});
  EXPECT_DOUBLE_EQ(demand_now(samples, 0).per_second, 100);
  EXPECT_DOUBLE_EQ(demand_now(samples, 0).rapid, 100);
  EXPECT_DOUBLE_EQ(demand_now({}, 0).per_second, 0);
}

TEST(Demand, more_in_the_last_second_never_gives_less) {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    Random random(seed);
    std::vector<DemandSample> samples;
    double rate = 200 * random.uniform();
    for (int i = 0; i < 119; ++i) {
      if (random.below(20) == 0) rate = 300 * random.uniform() * random.uniform();
      samples.push_back({1, std::max(0.0, rate + std::sqrt(rate) * random.normal())});
    }
    samples.push_back({1, 0});
    const double evened_out = 30 * random.uniform() * random.uniform();
    double before = 0;
    for (double last = 0; last < 1000; last += 1 + last / 10) {
      samples.back().per_second = last;
      const double now = demand_now(samples, evened_out).per_second;
      ASSERT_GE(now, before - 1e-9) << "seed " << seed << " at " << last;
      before = now;
    }
  }
}

TEST(Demand, arrivals_become_a_rate_by_the_measured_tick_and_the_share_of_sources) {
  ServiceSeen seen;
  seen.arrivals = 300;
  EXPECT_DOUBLE_EQ(demand_sample(&seen, 1500ms).per_second, 200);
  seen.completeness = 0.5;
  EXPECT_DOUBLE_EQ(demand_sample(&seen, 1500ms).per_second, 400);
  seen.completeness = 0.01;
  EXPECT_DOUBLE_EQ(demand_sample(&seen, 1500ms).per_second, 800) << "at most fourfold";
  seen.completeness = 0;
  EXPECT_LT(demand_sample(&seen, 1500ms).per_second, 0);
  EXPECT_LT(demand_sample(nullptr, 1s).per_second, 0);
  seen.completeness = 1;
  seen.covered = 1.25;  // one that was late is told of with this tick
  EXPECT_EQ(demand_sample(&seen, 1s).per_second, 240);
  seen.covered = std::numeric_limits<double>::quiet_NaN();
  EXPECT_LT(demand_sample(&seen, 1s).per_second, 0);
  seen.covered = 0;
  EXPECT_LT(demand_sample(&seen, 0s).per_second, 0);
  seen.concurrency = std::numeric_limits<double>::quiet_NaN();
  EXPECT_LT(demand_sample(&seen, 1s).per_second, 0);
}

TEST(Demand, history_is_kept_for_two_minutes) {
  std::vector<DemandSample> samples;
  for (int i = 0; i < 500; ++i) samples = extended(samples, {1, 1.0 * i});
  EXPECT_EQ(samples.size(), 120);
  EXPECT_DOUBLE_EQ(samples.front().per_second, 380);
}

}  // namespace
}  // namespace headroom::scale
