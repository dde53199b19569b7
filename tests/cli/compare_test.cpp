// headroom compare: its JSON, going on with it, and what it says to input that makes no sense.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "program.h"

namespace headroom::cli {
namespace {

using Json = nlohmann::json;

/// Twenty minutes: a wave of 200 to 1,800 requests/s.
std::string wave(double shift) {
  std::string csv = "timestamp_seconds,requests_per_second\n";
  for (int minute = 0; minute < 20; ++minute)
    csv += std::to_string(60 * minute) + "," +
           std::to_string(1000 + 800 * std::sin(minute / 3.0 + shift)) + "\n";
  return csv;
}

class Compare : public testing::Test {
 protected:
  Compare() {
    (void)folder_.write("a.csv", wave(0));
    (void)folder_.write("b.csv", wave(1));
    (void)folder_.write("split.csv",
                        "file,family,part\na.csv,web,development\n"
                        "b.csv,web,confirmation\n");
  }
  Ended compare(const Arguments& more) {
    Arguments arguments = {"compare", "--policies", "headroom,kpa"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_program(arguments, folder_.path());
  }

  TestFolder folder_;
};

TEST_F(Compare, json_has_runs_frontiers_and_comparisons_for_each_part) {
  const Ended ended =
      compare({"--trace", "a.csv", "b.csv", "--split", "split.csv", "--format", "json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const Json out = Json::parse(ended.out);
  std::set<std::string> policies;
  for (const Json& run : out["runs"]) {
    policies.insert(run["policy"]);
    EXPECT_EQ(run["family"], "web");
    EXPECT_GT(run["replica_hours"].get<double>(), 0);
    EXPECT_TRUE(run["missed_share"].is_number());
    EXPECT_EQ(run["bin_s"], 60);
  }
  EXPECT_EQ(policies, (std::set<std::string>{"headroom", "kpa"}));
  EXPECT_EQ(out["frontier"].size(), 4);
  std::set<std::string> parts;
  for (const Json& one : out["summary"]["comparisons"]) parts.insert(one["part"]);
  EXPECT_EQ(parts, (std::set<std::string>{"all", "confirmation", "development"}));
}

TEST_F(Compare, the_same_again_gives_the_same_bytes_however_many_work_at_it) {
  const Arguments one = {"--trace", "a.csv", "--format", "json", "--jobs", "1"};
  const Arguments three = {"--trace", "a.csv", "--format", "json", "--jobs", "3"};
  const Ended first = compare(one);
  ASSERT_EQ(first.code, 0) << first.err;
  EXPECT_EQ(first.out, compare(three).out);
}

/// 20 requests/s of 300 ms, as many as 6 of 8 places serve, beside a rate that is scaled.
TEST_F(Compare, recorded_requests_come_as_often_as_they_came_and_take_as_long) {
  std::string csv = "timestamp_seconds,duration_ms\n";
  for (int i = 0; i < 12'000; ++i) csv += std::to_string(i / 20.0) + ",300\n";
  (void)folder_.write("requests.csv", csv);
  const Ended ended = compare({"--trace", "requests.csv", "a.csv", "--format", "json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  double fewest_hours = 1e9;
  const Json out = Json::parse(ended.out);
  for (const Json& run : out["runs"]) {
    if (run["trace"] != "requests.csv") continue;
    EXPECT_EQ(run["requests"].get<double>(), 9000) << "three quarters are scored";
    EXPECT_NEAR(run["latency_ms"]["p50"].get<double>(), 300, 10) << run.dump();
    fewest_hours = std::min(fewest_hours, run["replica_hours"].get<double>());
  }
  EXPECT_NEAR(fewest_hours, 450.0 / 3600, 0.01) << "one replica for 450 s";
}

TEST_F(Compare, goes_on_with_what_it_kept) {
  const Arguments kept = {"--trace", "a.csv", "--format", "json", "--runs", "runs.jsonl"};
  const Ended first = compare(kept);
  ASSERT_EQ(first.code, 0) << first.err;
  // Were it run again, the trace that is no more would be missed.
  (void)folder_.write("a.csv", "gone");
  const Ended second = compare(kept);
  EXPECT_EQ(second.code, 0) << second.err;
  EXPECT_EQ(second.out, first.out);
}

TEST_F(Compare, a_world_befalls_all_policies_and_is_part_of_what_is_kept) {
  (void)folder_.write("world.yaml", "crashes_per_hour: 60\n");
  const Arguments kept = {"--trace", "a.csv",      "--world",  "world.yaml",
                          "--runs",  "runs.jsonl", "--format", "json"};
  const Ended ended = compare(kept);
  ASSERT_EQ(ended.code, 0) << ended.err;
  const Json out = Json::parse(ended.out);
  for (const Json& run : out["runs"]) EXPECT_GT(run["failed"].get<double>(), 0) << run["policy"];
  (void)folder_.write("world.yaml", "crashes_per_hour: 61\n");
  const Ended other = compare(kept);
  EXPECT_EQ(other.code, 2);
  EXPECT_NE(other.err.find("another build or another world"), std::string::npos) << other.err;
}

TEST_F(Compare, leaves_out_a_trace_that_makes_no_sense_and_says_so) {
  (void)folder_.write("zero.csv", "timestamp_seconds,requests_per_second\n0,0\n60,0\n120,0\n");
  const Ended ended = compare({"--trace", "zero.csv", "a.csv", "--format", "json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_NE(ended.err.find("headroom: left out: zero.csv: nothing arrives"), std::string::npos)
      << ended.err;
  const Json told = Json::parse(ended.out);
  ASSERT_FALSE(told["runs"].empty());
  for (const Json& run : told["runs"]) EXPECT_EQ(run["trace"], "a.csv");
}

TEST_F(Compare, takes_objective_bounds_and_prices_of_a_service_that_runs_nothing_yet) {
  (void)folder_.write("headroom.yaml",
                      "services:\n  shop:\n    objective: { latency: { p98: 200ms } }\n"
                      "    replicas: { min: 3, max: 25, cost_per_hour: 0.5 }\n");
  const Arguments given = {"-f", "headroom.yaml", "--trace", "a.csv", "--startup", "5s"};
  Arguments json = given;
  json.insert(json.end(), {"--format", "json"});
  const Ended ended = compare(json);
  ASSERT_EQ(ended.code, 0) << ended.err;
  const Json out = Json::parse(ended.out);
  EXPECT_EQ(out["judged_by"]["service"], "shop in headroom.yaml");
  EXPECT_NEAR(out["judged_by"]["permitted_share"].get<double>(), 0.02, 1e-12);
  for (const Json& run : out["runs"]) {
    EXPECT_EQ(run["objective_s"], 0.2);
    EXPECT_EQ(run["replicas_max"], 25);
    EXPECT_LT(run["requests"].get<double>(), 1e6) << "as recorded: not scaled";
  }
  const Json own = out["ranking"][0]["policies"][0];
  EXPECT_EQ(own["policy"], "headroom");
  EXPECT_NEAR(own["setting"]["permitted_share"].get<double>(), 0.02, 1e-12);
  EXPECT_NEAR(own["cost"].get<double>(), own["replica_hours"].get<double>() / 2, 1e-9);

  const Ended simulated = run_program(
      {"simulate", "--trace", "a.csv", "--startup", "5s", "--history", "25%", "--format", "json"},
      folder_.path());
  ASSERT_EQ(simulated.code, 0) << simulated.err;
  EXPECT_EQ(Json::parse(simulated.out)["replica_hours"], own["replica_hours"]);

  const Ended told = compare(given);
  EXPECT_NE(told.out.find("judged by 200 ms, the objective of shop in headroom.yaml: 2% may be "
                          "missed\nrecorded in bins of 1m: bursts within them are not known\n"
                          "policy    setting"),
            std::string::npos)
      << told.out;
  EXPECT_NE(told.out.find(" cost\n"), std::string::npos) << told.out;
}

TEST_F(Compare, shows_every_policy_beside_the_others_and_nothing_of_what_was_not_run) {
  const Ended ended = compare({"--trace", "a.csv", "--permitted", "0.1%"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  for (const char* part : {"a.csv, workload fast-web, start-up 30 s\n",
                           "the objective of fast-web: 0.1% may be missed\n", "\nheadroom  permits",
                           "\nkpa ", "worst", "spell", "replica-h"})
    EXPECT_NE(ended.out.find(part), std::string::npos) << part << ended.out;
  for (const char* part : {"hpa", "90% range", "both in hindsight", "one setting"})
    EXPECT_EQ(ended.out.find(part), std::string::npos) << part << ended.out;
}

TEST_F(Compare, the_gateway_gives_up_after_its_default_wait_unless_another_is_asked_for) {
  const auto shed = [&](const Arguments& more) {
    Arguments arguments = {"--trace", "a.csv", "--policies", "fixed", "--format", "json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Ended ended = compare(arguments);
    EXPECT_EQ(ended.code, 0) << ended.err;
    return Json::parse(ended.out)["runs"][4]["shed"].get<double>();
  };
  const double usual = shed({});
  EXPECT_GT(usual, 0);
  EXPECT_EQ(shed({"--wait", "1s"}), usual);
  EXPECT_NE(shed({"--wait", "15s"}), usual);
}

/// Two requests a second at most: multiplied, chance would be what replicas are started for.
TEST_F(Compare, a_trace_of_few_requests_keeps_them_and_they_take_longer) {
  std::string few = "timestamp_seconds,requests_per_second\n";
  for (int minute = 0; minute < 40; ++minute)
    few += std::to_string(60 * minute) + "," + std::to_string(1 + std::sin(minute / 5.0)) + "\n";
  (void)folder_.write("few.csv", few);
  const Ended ended =
      compare({"--trace", "few.csv", "a.csv", "--policies", "kpa", "--format", "json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const Json out = Json::parse(ended.out);
  for (const Json& run : out["runs"]) {
    if (run["trace"] == "a.csv") {
      EXPECT_EQ(run["service_factor"], 1);
      continue;
    }
    const double factor = run["service_factor"];
    EXPECT_GT(factor, 1000);
    EXPECT_NEAR(run["objective_s"].get<double>(), 0.147 * factor, 0.001 * factor);
    EXPECT_NEAR(run["requests"].get<double>(), 0.75 * 2400, 400);
  }
  const Ended told = compare({"--trace", "few.csv", "--policies", "kpa"});
  EXPECT_NE(told.out.find("requests as few as\nthey came"), std::string::npos) << told.out;
}

/// The grid has what each policy is tried with first; around the shares there is more.
TEST_F(Compare, looks_closer_where_a_share_comes_to_be_missed) {
  const Ended ended = compare({"--trace", "a.csv", "--policies", "fixed", "--format", "json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const Json out = Json::parse(ended.out);
  EXPECT_GT(out["runs"].size(), 30);
  std::set<int> kept;
  std::set<int> all;
  for (const Json& run : out["runs"]) {
    if (run["policy"] != "fixed") continue;
    const int fleet =
        static_cast<int>(std::ceil(120 * run["setting"]["share_of_max"].get<double>()));
    all.insert(fleet);
    if (run["wanting_share"] <= 0.001) kept.insert(fleet);
  }
  EXPECT_TRUE(all.contains(*kept.begin() - 1)) << "one fewer was tried, and misses more";
}

TEST_F(Compare, the_start_up_time_is_the_workload_files_unless_another_is_asked_for) {
  (void)folder_.write("w.yaml", "service_time: { mean: 20ms }\nstartup: { mean: 7s }\n");
  const Arguments given = {"--trace", "a.csv", "--workload", "w.yaml", "--format", "json"};
  Arguments other = given;
  other.insert(other.end(), {"--startup", "9s"});
  EXPECT_EQ(Json::parse(compare(given).out)["runs"][0]["startup_s"], 7);
  EXPECT_EQ(Json::parse(compare(other).out)["runs"][0]["startup_s"], 9);
}

TEST_F(Compare, writes_a_page_that_needs_nothing_else) {
  ASSERT_EQ(compare({"--trace", "a.csv", "--report", "page.html"}).code, 0);
  const Ended unwritable = compare({"--trace", "a.csv", "--report", "no/such/folder.html"});
  EXPECT_EQ(unwritable.code, 1);
  EXPECT_NE(unwritable.err.find("no/such/folder.html cannot be written"), std::string::npos);
}

TEST_F(Compare, input_that_makes_no_sense_gets_one_sentence_and_exit_code_2) {
  const std::string other = folder_.write("other.jsonl", "{\"origin\":\"another build\"}\n");
  const std::string junk = folder_.write("junk.jsonl", "hello\n");
  const std::string split = folder_.write("bad_split.csv", "file,family,part\na.csv\n");
  const std::string zero =
      folder_.write("zero.csv", "timestamp_seconds,requests_per_second\n0,0\n60,0\n120,0\n");
  const std::string one = folder_.write("one.csv", "timestamp_seconds,duration_ms\n1,2\n");
  const std::pair<Arguments, std::string> cases[] = {
      {{"--trace", "a.csv", "--policies", "kpq"}, "no policy 'kpq', did you mean kpa?"},
      {{"--trace", "nowhere.csv"}, "headroom: nowhere.csv: no such file"},
      {{"--trace", "a.csv", "nowhere.csv"}, "headroom: nowhere.csv: no such file"},
      {{"--trace", "a.csv", "a.csv"}, "two traces are named a.csv"},
      {{"--trace", zero}, "zero.csv"},
      {{"--trace", "a.csv", "--workload", "nope"}, "nope"},
      {{"--trace", "a.csv", "--wait", "0s"}, "--wait '0s' is not a duration such as 1s, up to 10m"},
      {{"--trace", "a.csv", "--startup", "soon"}, "--startup 'soon' is not a duration"},
      {{"--trace", "a.csv", "--history", "1"}, "--history is a share of the trace"},
      {{"--trace", one, "--peak-replicas", "9"},
       "one.csv: single requests are replayed as often as they came: --peak-replicas is for"},
      {{"--trace", "a.csv", "--split", split}, "bad_split.csv:2: a line is file,family,part"},
      {{"--trace", "a.csv", "--runs", other}, "another build or another world"},
      {{"--trace", "a.csv", "--runs", junk}, "junk.jsonl:1: is no file of runs"},
      {{"--trace", "a.csv", "--permitted", "0"}, "--permitted '0' is not a share between 0% and"},
      {{"--trace", "a.csv", "-f", "nowhere.yaml"}, "nowhere.yaml: no such file"},
  };
  for (const auto& [arguments, message] : cases) {
    const Ended ended = compare(arguments);
    EXPECT_EQ(ended.code, 2) << message << ended.err;
    EXPECT_NE(ended.err.find(message), std::string::npos) << ended.err;
    EXPECT_EQ(std::ranges::count(ended.err, '\n'), 1) << ended.err;
    EXPECT_EQ(ended.out, "") << message;
  }
}

}  // namespace
}  // namespace headroom::cli
