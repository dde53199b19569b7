// Counting, the timeline and the output made of it.
#include "load/recorder.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "load/output.h"
#include "load/waiting.h"

namespace headroom::load {
namespace {

using namespace std::chrono_literals;

LoadPlan small_plan() {
  LoadPlan plan;
  plan.targets.push_back({.target = parse_target("http://127.0.0.1:1/a").value(),
                          .objective = LoadObjective{.quantile = 0.9, .latency = 100ms}});
  plan.targets.push_back(
      {.target = parse_target("http://127.0.0.1:1/b").value(), .objective = std::nullopt});
  plan.curve = RateCurve::constant(1, 10s).value();
  plan.timeout = 2s;
  return plan;
}

LoadResult finished(Recorder& recorder) {
  LoadResult result;
  recorder.finish(result);
  return result;
}

constexpr Ending ok{.status = 200};

TEST(recorder, counts_each_request_in_its_second_and_target) {
  Recorder recorder(small_plan());
  EXPECT_EQ(recorder.record(0, 100ms, 150ms, ok), Outcome::good);
  EXPECT_EQ(recorder.record(0, 200ms, 300ms, ok), Outcome::good);  // at the objective: within
  EXPECT_EQ(recorder.record(0, 300ms, 401ms, ok), Outcome::late);
  EXPECT_EQ(recorder.record(1, 300ms, 1500ms, ok), Outcome::good);  // without objective: never late
  EXPECT_EQ(recorder.record(1, 2100ms, 2101ms, {.status = 429}), Outcome::shed);
  EXPECT_EQ(recorder.record(1, 2200ms, 4200ms, {.reason = Reason::timeout}), Outcome::failed);
  const LoadResult result = finished(recorder);
  EXPECT_EQ(result.total.sent(), 6U);
  EXPECT_EQ(result.total.ok(), 4U);
  EXPECT_EQ(result.total.missed(), 3U);
  EXPECT_EQ(result.total.latency.count(), 5U);  // all but the shed one
  EXPECT_EQ(result.total.latency_max, 2s);
  EXPECT_EQ(result.targets[0].tally.late, 1U);
  EXPECT_FALSE(result.targets[0].objective_met());
  EXPECT_TRUE(result.targets[1].objective_met());
  EXPECT_EQ(result.unanswered, 1U);
  EXPECT_EQ(result.errors, (std::map<std::string, std::uint64_t>{{"shed_429", 1}, {"timeout", 1}}));
  ASSERT_EQ(result.timeline.size(), 3U);
  EXPECT_EQ(result.timeline[0].sent(), 4U);
  EXPECT_EQ(result.timeline[1].sent(), 0U);
  EXPECT_EQ(result.timeline[1].t_s, 1);
  EXPECT_EQ(result.timeline[2].shed, 1U);
  EXPECT_EQ(result.timeline[2].failed, 1U);
  EXPECT_NEAR(milliseconds(result.timeline[0].p50), 100, 4);
}

TEST(recorder, seconds_are_sealed_while_the_run_goes_on_and_late_news_still_count) {
  Recorder recorder(small_plan());
  for (int t = 0; t < 100; ++t) recorder.record(1, t * 1s, t * 1s + (t + 1) * 1ms, ok);
  recorder.record(1, 3s, 100s, ok);  // after a long stall of the client
  EXPECT_NEAR(milliseconds(recorder.row(50).p99), 51, 2);
  EXPECT_EQ(recorder.row(1000).sent(), 0U);
  const LoadResult result = finished(recorder);
  ASSERT_EQ(result.timeline.size(), 100U);
  EXPECT_EQ(result.timeline[3].good, 2U);
  for (int t = 0; t < 100; ++t)
    EXPECT_NEAR(milliseconds(result.timeline[static_cast<std::size_t>(t)].p50), t + 1, 3) << t;
}

TEST(recorder, the_json_has_the_fields_that_programs_rely_on) {
  Recorder recorder(small_plan());
  recorder.record(0, 100ms, 150ms, ok);
  recorder.record(1, 100ms, 101ms, {.status = 500});
  recorder.explain("first words");
  recorder.explain("second words");
  LoadResult result = finished(recorder);
  result.elapsed = 2s;
  result.generator.missed_schedule = 7;
  const auto json = nlohmann::json::parse(to_json(result));
  EXPECT_EQ(json.at("sent"), 2);
  EXPECT_EQ(json.at("ok"), 1);
  EXPECT_EQ(json.at("errors"), nlohmann::json({{"status_500", 1}}));
  EXPECT_EQ(json.at("first_error"), "first words");
  EXPECT_EQ(json.at("missed_schedule"), 7);
  EXPECT_EQ(json.at("requests_per_second"), 1.0);
  for (const char* name : {"p50", "p90", "p99", "p999", "max"})
    EXPECT_NEAR(json.at("latency_ms").at(name).get<double>(), 50, 1) << name;
  EXPECT_EQ(json.at("targets").at(0).at("objective").at("met"), true);
  EXPECT_FALSE(json.at("targets").at(1).contains("objective"));
  EXPECT_EQ(json.at("timeline").at(0).at("sent"), 2);
  const auto empty = nlohmann::json::parse(to_json(LoadResult{}));
  EXPECT_TRUE(empty.at("latency_ms").at("p99").is_null());
}

TEST(recorder, the_text_fits_eighty_columns_and_names_every_outcome) {
  Recorder recorder(small_plan());
  recorder.record(0, 100ms, 12345ms, ok);
  recorder.record(1, 100ms, 101ms, {.reason = Reason::closed});
  LoadResult result = finished(recorder);
  result.elapsed = 3s;
  const std::string text = to_text(result);
  for (const char* word : {"good", "late", "shed", "failed", "closed", "p99.9", "NOT met", "/s"})
    EXPECT_NE(text.find(word), std::string::npos) << word;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    ASSERT_NE(end, std::string::npos);
    EXPECT_LE(end - begin, 80U) << text.substr(begin, end - begin);
    begin = end + 1;
  }
}

TEST(waiting, keeps_order_while_it_grows_and_refuses_at_its_limit) {
  Waiting waiting;
  std::uint64_t in = 0;
  std::uint64_t out = 0;
  for (int round = 0; round < 100; ++round) {  // grows with its head in the middle
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(waiting.try_push({.number = in++}));
    for (int i = 0; i < 7; ++i) ASSERT_EQ(waiting.pop().number, out++);
  }
  while (waiting.try_push({.number = in})) ++in;
  EXPECT_EQ(waiting.size(), Waiting::limit);
  while (!waiting.empty()) ASSERT_EQ(waiting.pop().number, out++);
  EXPECT_EQ(in, out);
}

}  // namespace
}  // namespace headroom::load
