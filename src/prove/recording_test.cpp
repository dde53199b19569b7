// Recorded requests: read, cut, replayed at their own moments.
#include "prove/recording.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/random.h"
#include "prove/fixed_for_test.h"

namespace headroom::prove {
namespace {

constexpr double open_end = std::numeric_limits<double>::infinity();

std::string refusal(std::string_view csv, std::string_view column = "") {
  const auto parsed = parse_recording(csv, {.file = "r.csv", .column = column});
  return parsed ? "" : parsed.error().message;
}

Scenario scenario_of(const Recording& recording, double objective_s) {
  Scenario scenario;
  scenario.workload = *named_workload("fast-web");
  if (!recording.service_s.empty()) scenario.workload = workload_of(recording, scenario.workload);
  scenario.workload.concurrency = 1;
  scenario.workload.objective_s = objective_s;
  scenario.demand = *demand_of(recording, 1, 0);
  return scenario;
}

TEST(recording, rows_in_any_order_become_moments_since_the_first_ones_second) {
  const auto read = parse_recording(
      "timestamp_seconds,path,duration_seconds\n102.25,/b,0.5\n100.5,/a,1\n100.5,/c,2\n", {});
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->start_s, 100);
  EXPECT_EQ(read->length_s, 3);
  EXPECT_FALSE(read->whole_seconds);
  EXPECT_EQ(read->at_ns, (std::vector<std::int64_t>{500'000'000, 500'000'000, 2'250'000'000}));
  EXPECT_EQ(read->service_s, (std::vector<float>{1, 2, 0.5F}));
}

TEST(recording, is_told_from_a_rate_by_its_header) {
  EXPECT_TRUE(is_recording("timestamp_seconds\n1\n"));
  EXPECT_TRUE(is_recording("duration_ms,timestamp_seconds\r\n3,1\n"));
  EXPECT_TRUE(is_recording("timestamp_seconds,status,duration_seconds\n"));
  EXPECT_FALSE(is_recording("timestamp_seconds,requests_per_second\n1,2\n"));
  EXPECT_FALSE(is_recording("duration_seconds\n1\n"));
  EXPECT_FALSE(is_recording(""));
}

TEST(recording, durations_may_be_milliseconds_or_in_a_column_of_another_name) {
  const auto ms = parse_recording("timestamp_seconds,duration_ms\n1,250\n", {});
  ASSERT_TRUE(ms);
  EXPECT_FLOAT_EQ(ms->service_s.at(0), 0.25F);
  const auto named =
      parse_recording("timestamp_seconds,exec\n1,7\n", {.file = "r", .column = "exec"});
  ASSERT_TRUE(named);
  EXPECT_FLOAT_EQ(named->service_s.at(0), 7);
}

TEST(recording, what_is_wrong_is_said_with_its_place) {
  EXPECT_EQ(refusal("a,b\n"), "r.csv:1: has no column 'timestamp_seconds'; its columns are a, b");
  EXPECT_EQ(refusal("timestamp_seconds\n"), "r.csv: has no request");
  EXPECT_EQ(refusal("timestamp_seconds\n1\nx\n"),
            "r.csv:3: timestamp_seconds 'x' is not a number of seconds, nor a date such as "
            "2026-11-21T10:00:00Z");
  EXPECT_EQ(refusal("timestamp_seconds,duration_ms\n1,nan\n"),
            "r.csv:2: duration_ms 'nan' is not a number from 0 on");
  EXPECT_EQ(refusal("timestamp_seconds,duration_ms\n1,-3\n"),
            "r.csv:2: duration_ms '-3' is not a number from 0 on");
  EXPECT_EQ(refusal("timestamp_seconds,duration_ms\n1,\n"),
            "r.csv:2: duration_ms '' is not a number from 0 on");
  EXPECT_EQ(refusal("timestamp_seconds,duration_ms\n1\n"),
            "r.csv:2: has not the 2 fields of the header");
  EXPECT_EQ(refusal("timestamp_seconds,duration_ms\n1,0\n2,0\n"),
            "r.csv: duration_ms is 0 in every row");
  EXPECT_EQ(refusal("timestamp_seconds,a\n1,0\n", "b"),
            "r.csv:1: has no column 'b' of durations; its columns are timestamp_seconds, a");
  EXPECT_EQ(refusal("timestamp_seconds\n0\n1700000000000\n"),
            "r.csv: lasts 19675926 days, at most 730 are simulated: are its stamps seconds?");
}

TEST(recording, a_slice_keeps_the_requests_of_its_time_and_its_silence) {
  const auto all = parse_recording("timestamp_seconds\n10.5\n12.5\n19.5\n", {});
  ASSERT_TRUE(all);
  const auto part = slice(*all, 11, 15);
  ASSERT_TRUE(part);
  EXPECT_EQ(part->at_ns, (std::vector<std::int64_t>{1'500'000'000}));
  EXPECT_EQ(part->length_s, 4);
  const auto rest = slice(*all, 12, open_end);
  ASSERT_TRUE(rest);
  EXPECT_EQ(rest->length_s, 8);
  EXPECT_EQ(slice(*all, 13, 15).error().message,
            "no request comes in [13, 15): the recording covers [10, 20)");
}

TEST(recording, demand_counts_the_requests_of_each_second_at_any_speed) {
  const auto read = parse_recording("timestamp_seconds\n0.1\n0.9\n2.5\n3.5\n", {});
  ASSERT_TRUE(read);
  EXPECT_EQ(demand_of(*read, 1, 0)->per_second, (std::vector<double>{2, 0, 1, 1}));
  const auto faster = demand_of(*read, 2, 0.5);
  EXPECT_EQ(faster->per_second, (std::vector<double>{2, 2}));
  EXPECT_EQ(faster->scored_from, 1U);
  EXPECT_TRUE(faster->counts);
}

/// One place: the second request waits 0.3 s for the first, the third 0.5 s for the second.
TEST(recording, the_exact_plant_replays_each_arrival_with_its_own_service_time) {
  const auto read = parse_recording(
      "timestamp_seconds,duration_seconds\n0.2,0.5\n0.4,0.6\n0.8,0.1\n5.1,0.6\n", {});
  ASSERT_TRUE(read);
  const auto late = [&](double objective_s) {
    Fixed one(1);
    return simulate(scenario_of(*read, objective_s), Plant::exact, 1, one).late;
  };
  EXPECT_EQ(late(0.95), 0);  // latencies are 0.5, 0.9, 0.6, 0.6
  EXPECT_EQ(late(0.85), 1);
  EXPECT_EQ(late(0.62), 1);
  Fixed one(1);
  const Score score = simulate(scenario_of(*read, 0.55), Plant::exact, 1, one);
  EXPECT_EQ(score.late, 1);  // the third: its own 0.1 s would have been in time
  EXPECT_EQ(score.late_alone, 2);
}

TEST(recording, stamps_of_whole_seconds_are_spread_within_them) {
  std::string csv = "timestamp_seconds,duration_seconds\n";
  for (int i = 0; i < 3000; ++i) csv += std::to_string(i / 10) + ",0.05\n";
  const auto read = parse_recording(csv, {});
  ASSERT_TRUE(read && read->whole_seconds);
  Fixed one(1);
  // Ten at once would wait for up to nine others; spread at random few wait for more than one.
  const Score score = simulate(scenario_of(*read, 0.15), Plant::exact, 1, one);
  EXPECT_EQ(score.requests, 3000);
  EXPECT_LT(score.late, 600);
}

/// 60 requests/s for 200 s, that come at random and take 40 to 60 ms each: as they came, or as a
/// log has them that tells the second in which a request ended, its duration taken off.
std::string logged(bool ends_whole) {
  Random random(1);
  std::string csv = "timestamp_seconds,duration_seconds\n";
  for (double at_s = 1; at_s < 200; at_s += random.exponential(1.0 / 60)) {
    const double took_s = std::round(1e3 * (0.04 + 0.02 * random.uniform())) / 1e3;
    const double begin_s = ends_whole ? std::floor(at_s + took_s) - took_s : at_s;
    csv += fmt::format("{:.3f},{:.3f}\n", begin_s, took_s);
  }
  return csv;
}

TEST(recording, whole_seconds_less_a_duration_do_not_bunch_the_requests) {
  const auto as_they_came = parse_recording(logged(false), {});
  const auto less_duration = parse_recording(logged(true), {});
  ASSERT_TRUE(as_they_came && less_duration);
  EXPECT_FALSE(as_they_came->less_duration);
  EXPECT_FALSE(as_they_came->whole_seconds);
  EXPECT_TRUE(less_duration->less_duration);
  EXPECT_TRUE(less_duration->whole_seconds);
  const auto missed = [](const Recording& recording) {
    Fixed fleet(8);
    return simulate(scenario_of(recording, 0.15), Plant::exact, 1, fleet).wanting_share();
  };
  EXPECT_LT(missed(*as_they_came), 0.001);
  EXPECT_LT(missed(*less_duration), 0.001) << "and not all of a second within 20 ms of it";
}

TEST(recording, the_workload_has_the_recorded_durations) {
  std::string csv = "timestamp_seconds,duration_ms\n";
  for (int i = 1; i <= 1000; ++i) csv += std::to_string(i) + "," + std::to_string(i) + "\n";
  const auto read = parse_recording(csv, {});
  ASSERT_TRUE(read);
  const Workload workload = workload_of(*read, *named_workload("slow-api"));
  EXPECT_EQ(workload.name, "recorded");
  EXPECT_EQ(workload.concurrency, 8);
  EXPECT_NEAR(workload.service_time.mean(), 0.5, 0.01);
  EXPECT_NEAR(workload.service_time.quantile(0.99), 0.99, 0.01);
  EXPECT_NEAR(workload.objective_s, 1.5 * 0.99, 0.02);
}

TEST(recording, both_plants_see_the_same_arrivals) {
  std::string csv = "timestamp_seconds,duration_seconds\n";
  for (int i = 0; i < 20'000; ++i) csv += std::to_string(i * 0.01 + 0.003) + ",0.02\n";
  const auto read = parse_recording(csv, {});
  ASSERT_TRUE(read);
  double requests[2];
  for (const Plant plant : {Plant::fluid, Plant::exact}) {
    Fixed four(4);
    requests[static_cast<int>(plant)] = simulate(scenario_of(*read, 0.5), plant, 1, four).requests;
  }
  EXPECT_EQ(requests[0], 20'000);
  EXPECT_EQ(requests[1], 20'000);
}

}  // namespace
}  // namespace headroom::prove
