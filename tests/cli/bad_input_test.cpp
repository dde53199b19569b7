// Traces and worlds that make no sense, told alike by simulate, compare and tune.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.h"

namespace headroom::cli {
namespace {

using Json = nlohmann::json;

const Arguments commands[] = {{"simulate", "--peak-replicas", "5"},
                              {"compare", "--policies", "kpa,fixed"},
                              {"tune", "--policy", "kpa,fixed", "--permitted", "1%"}};

/// Half an hour of minutes, but for what `change` makes of the minute and its rate.
std::string minutes(const std::function<std::string(int)>& row) {
  std::string rows;
  for (int minute = 0; minute < 30; ++minute) rows += row(minute);
  return rows;
}

std::string usual(int minute) {
  return std::to_string(60 * minute) + "," + std::to_string(100 + 3 * minute) + "\n";
}

class BadInput : public testing::Test {
 protected:
  BadInput() {
    (void)folder_.write("headroom.yaml", shop);
    write("even.csv", minutes(usual));
  }
  void write(const std::string& name, const std::string& rows) {
    (void)folder_.write(name, "timestamp_seconds,requests_per_second\n" + rows);
  }
  Ended run(Arguments arguments, const std::string& trace, const Arguments& more = {}) {
    arguments.insert(arguments.end(), {"--trace", trace});
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_program(arguments, folder_.path());
  }
  void expect_refused(const std::string& sentence, const std::string& trace,
                      const Arguments& more = {}) {
    for (const Arguments& command : commands) {
      const Ended ended = run(command, trace, more);
      EXPECT_EQ(ended.code, 2) << command[0] << ": " << sentence;
      EXPECT_TRUE(ended.err.starts_with("headroom: " + sentence)) << command[0] << ended.err;
      EXPECT_EQ(std::ranges::count(ended.err, '\n'), 1) << command[0] << ended.err;
      EXPECT_EQ(ended.out, "") << command[0];
    }
  }

  TestFolder folder_;
};

TEST_F(BadInput, a_trace_that_makes_no_sense_is_refused_in_one_sentence) {
  const std::pair<std::string, std::string> cases[] = {
      {"", "t.csv: has 0 rows of values; two are the least that tell the bin width"},
      {"0,1\n", "t.csv: has 1 row of values"},
      {"0,1\n60,2\n60,3\n", "t.csv:4: timestamp_seconds 60 is there twice"},
      {"0,1\n120,2\n60,3\n", "t.csv:4: timestamp_seconds 60 comes after 120: rows must be sorted"},
      {"0,1\n60,nan\n", "t.csv:3: requests_per_second 'nan' is not a finite number"},
      {"0,1\n60,inf\n", "t.csv:3: requests_per_second 'inf' is not a finite number"},
      {"0,1\nnan,2\n", "t.csv:3: timestamp_seconds 'nan' is not a number"},
      {"0,1\n60,-2\n120,3\n", "t.csv: requests_per_second is -2 at 60: rates are 0 or more"},
      {"0,1\n0.001,1\n", "t.csv: the trace lasts 0.002 s, less than a second"},
      {"0,1\n1000,2\n2000,3\n",
       "t.csv: timestamp_seconds has steps of 1000, which looks like milliseconds"},
      {"0,1\n60,2\n120,\x1b[2J\xc2\x9b\n",
       "t.csv:4: requests_per_second '\\x1b[2J\\xc2\\x9b' is not a finite number"},
      {"0,0\n60,0\n120,0\n", "t.csv: nothing arrives in 99.9% of the trace's minutes"},
      {"0,1\n60,2\n6000,1\n",
       "t.csv: requests_per_second is unknown for 98 bins from 120 to 6000, 1h38m: at most 30 are "
       "filled in; write rows with 0 where nothing came, or take a part without the gap"},
      {"0,1\n1,2\n315360000,1\n", "t.csv: spans 315360001 bins of 1 s, more than 50000000"},
      {"0,1\n86400,2\n172800,1\n315360000,1\n", "t.csv: requests_per_second is unknown for 3647"}};
  for (const auto& [rows, sentence] : cases) {
    write("t.csv", rows);
    expect_refused(sentence, "t.csv");
  }
  (void)folder_.write("t.csv", "");
  expect_refused("t.csv: is empty", "t.csv");
}

TEST_F(BadInput, ten_years_are_refused_and_a_day_of_them_is_not) {
  std::string rows;
  for (int day = 0; day < 3650; ++day)
    rows += std::to_string(86400 * day) + "," + std::to_string(50 + day % 7) + "\n";
  write("decade.csv", rows);
  expect_refused("decade.csv: the trace lasts 3650 days, at most 730 are simulated: choose a part",
                 "decade.csv");
  EXPECT_EQ(run(commands[0], "decade.csv", {"--to", "+86400"}).code, 0);
  EXPECT_EQ(run(commands[1], "decade.csv", {"--days", "1", "--policies", "fixed"}).code, 0);
}

TEST_F(BadInput, a_short_gap_is_filled_in_whether_rows_or_values_are_missing) {
  write("rows.csv", minutes([](int minute) {
          return minute >= 10 && minute < 14 ? std::string() : usual(minute);
        }));
  write("values.csv", minutes([](int minute) {
          return minute >= 10 && minute < 14 ? std::to_string(60 * minute) + ",\n" : usual(minute);
        }));
  for (const Arguments& command : commands) {
    std::vector<Json> told;
    for (const char* trace : {"even.csv", "rows.csv", "values.csv"}) {
      const Ended ended = run(command, trace, {"--format", "json"});
      ASSERT_EQ(ended.code, 0) << ended.err;
      std::string text = ended.out;
      for (std::size_t at = 0; (at = text.find(trace, at)) != std::string::npos;)
        text.replace(at, std::string(trace).size(), "t");
      told.push_back(Json::parse(text));
    }
    // The rates rise in a straight line, so the filled-in ones are the recorded ones.
    EXPECT_EQ(told[0], told[1]) << command[0];
    EXPECT_EQ(told[0], told[2]) << command[0];
  }
}

TEST_F(BadInput, a_scored_part_without_a_request_is_no_success) {
  write("early.csv", minutes([](int minute) {
          return minute < 5 ? usual(minute) : std::to_string(60 * minute) + ",0\n";
        }));
  const std::string sentence = "early.csv: not a single request arrives in the scored part";
  for (const Arguments& command : commands) {
    const Ended ended = run(command, "early.csv", {"--history", "25%"});
    EXPECT_EQ(ended.code, 2) << command[0];
    EXPECT_EQ(ended.err, "headroom: " + sentence + "\n") << command[0];
  }
}

TEST_F(BadInput, an_objective_that_no_number_of_replicas_meets_is_named) {
  (void)folder_.write("slow.yaml", "service_time: { mean: 20ms }\nobjective: 20ms\n");
  for (const char* command : {"compare", "tune"}) {
    const Arguments tune = {"tune", "--policy", "kpa", "--permitted", "1%"};
    const Ended ended = run(command == commands[1][0] ? commands[1] : tune, "even.csv",
                            {"--workload", "slow.yaml"});
    EXPECT_EQ(ended.code, 2);
    EXPECT_EQ(ended.err,
              "headroom: p99 of 20 ms cannot be met: one idle replica of workload slow.yaml "
              "already needs 98.1 ms\n");
  }
  const Ended simulated = run(commands[0], "even.csv", {"--objective", "20ms"});
  EXPECT_EQ(simulated.code, 2);
  EXPECT_TRUE(
      simulated.err.starts_with("headroom: p99 of 20 ms cannot be met: one idle replica of "
                                "workload fast-web already needs 98.1 ms"))
      << simulated.err;
}

TEST_F(BadInput, what_a_plant_cannot_carry_is_refused_and_not_waited_for) {
  const Ended fluid = run({"simulate"}, "even.csv", {"--scale", "1e9"});
  EXPECT_EQ(fluid.code, 2);
  EXPECT_EQ(fluid.err,
            "headroom: even.csv: demand reaches 1e+11 requests/s, at most 1e+09 are simulated\n");
  const Ended exact = run({"simulate"}, "even.csv", {"--scale", "1e5", "--plant", "exact"});
  EXPECT_EQ(exact.code, 2);
  EXPECT_NE(exact.err.find("at most 1e+06 are simulated request by request"), std::string::npos)
      << exact.err;
}

TEST_F(BadInput, every_policy_gets_the_most_when_it_asks_for_more) {
  constexpr double hours = 0.5;
  for (const char* policy : {"headroom", "oracle", "hpa-cpu", "hpa-rate", "keda", "kpa",
                             "kpa-window", "aws", "wpa", "phpa", "ehpa", "fixed"}) {
    const Ended ended =
        run({"simulate", "--policy", policy}, "even.csv", {"--scale", "500", "--format", "json"});
    ASSERT_EQ(ended.code, 0) << policy << ended.err;
    const Json told = Json::parse(ended.out);
    EXPECT_LE(told["replica_hours"].get<double>(), 60 * hours + 0.2) << policy;
    EXPECT_GT(told["missed_share"].get<double>(), 0.1) << policy;
  }
}

TEST_F(BadInput, a_comparison_without_headroom_shows_the_others_and_no_ratios) {
  const Ended ended = run(commands[1], "even.csv");
  EXPECT_EQ(ended.code, 0);
  EXPECT_NE(ended.out.find("\nkpa "), std::string::npos) << ended.out;
  EXPECT_EQ(ended.out.find("headroom's replica-hours"), std::string::npos) << ended.out;
}

TEST_F(BadInput, a_number_of_runs_at_once_is_not_negative) {
  for (const std::size_t command : {1UL, 2UL}) {
    const Ended ended = run(commands[command], "even.csv", {"--jobs", "-1"});
    EXPECT_EQ(ended.code, 2);
    EXPECT_TRUE(ended.err.starts_with("headroom: --jobs is a number of runs at once")) << ended.err;
  }
}

}  // namespace
}  // namespace headroom::cli
