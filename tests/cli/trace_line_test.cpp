// What every command that reads a trace says first: what it read.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "program.h"

namespace headroom::cli {
namespace {

const Arguments commands[] = {{"simulate", "--policy", "fixed"},
                              {"compare", "--policies", "fixed"},
                              {"tune", "--policy", "fixed", "--permitted", "1%"},
                              {"load", "http://127.0.0.1:9/", "--dry-run"}};

class TraceLine : public testing::Test {
 protected:
  TraceLine() { (void)folder_.write("headroom.yaml", shop); }

  Ended run(Arguments arguments, const Arguments& more) const {
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_program(arguments, folder_.path());
  }
  /// All that a command without a complaint says on standard error, and nothing of it elsewhere.
  void expect_said(const std::string& line, const Arguments& more) const {
    for (const Arguments& command : commands) {
      const Ended ended = run(command, more);
      EXPECT_EQ(ended.code, 0) << command[0] << ended.err;
      EXPECT_EQ(ended.err, line + "\n") << command[0];
      EXPECT_FALSE(
          nlohmann::json::parse(run(command, {more[0], more[1], "--format", "json"}).out).empty())
          << command[0];
    }
  }

  TestFolder folder_;
};

/// Half an hour of minutes, that many requests/minute, with a peak at the eleventh.
std::string minutes(const std::string& column) {
  std::string csv = "timestamp_seconds," + column + "\n";
  for (int i = 0; i < 30; ++i)
    csv += "2026-10-03T19:" + std::to_string(10 + i) + ":00Z," + (i == 10 ? "2400" : "600") + "\n";
  return csv;
}

TEST_F(TraceLine, tells_span_bin_mean_and_peak_of_a_rate_in_requests_per_second) {
  (void)folder_.write("day.csv", minutes("requests_per_minute"));
  expect_said(
      "day.csv (requests_per_minute): 30 min in bins of 1 min, mean 11/s, peak 40/s (2026-10-03 "
      "19:20)",
      {"--trace", "day.csv"});
  const Ended part = run(commands[0], {"--trace", "day.csv", "--from", "2026-10-03 19:20"});
  EXPECT_EQ(part.code, 0) << part.err;
  EXPECT_TRUE(part.err.starts_with("day.csv (requests_per_minute): 20 min in bins of 1 min"))
      << part.err;
}

TEST_F(TraceLine, of_stamps_that_count_from_a_start_the_peak_has_one_too) {
  (void)folder_.write("wave.csv",
                      "timestamp_seconds,requests_per_second\n0,4\n60,\n120,8\n180,6\n240,6\n");
  expect_said(
      "wave.csv: 5 min in bins of 1 min, mean 6/s, peak 8/s (120 s); nothing is known of 1 bin",
      {"--trace", "wave.csv"});
}

TEST_F(TraceLine, tells_how_many_requests_there_were_and_what_their_stamps_lack) {
  std::string came = "timestamp_seconds,duration_ms\n";
  std::string whole = came;
  std::string less = came;
  for (int i = 0; i < 600; ++i) {
    const double at_s = i < 10 ? 30.25 : i / 10.0 + 0.05;
    came += std::to_string(at_s) + ",30\n";
    whole += std::to_string(static_cast<int>(at_s)) + ",30\n";
    less += std::to_string(std::floor(at_s) - 0.03) + ",30\n";
  }
  (void)folder_.write("came.csv", came);
  (void)folder_.write("whole.csv", whole);
  (void)folder_.write("less.csv", less);
  expect_said("came.csv: 600 requests in 59 s, mean 10/s, peak 20/s (30 s)",
              {"--trace", "came.csv"});
  expect_said(
      "whole.csv: 600 requests in 59 s, mean 10/s, peak 20/s (30 s); its stamps are whole "
      "seconds: where in its second each came is drawn",
      {"--trace", "whole.csv"});
  expect_said(
      "less.csv: 600 requests in 59 s, mean 10/s, peak 20/s (29 s); its stamps are whole seconds "
      "less the duration: where in its second each came is drawn",
      {"--trace", "less.csv"});
}

TEST_F(TraceLine, what_is_no_csv_is_told_what_to_do_by_every_command) {
  (void)folder_.write("range.json", R"({"status":"success","data":{"resultType":"matrix"}})");
  (void)folder_.write("access.log",
                      "::1 - - [03/Oct/2026:19:42:00 +0000] \"GET / HTTP/1.1\" 200 5\n");
  (void)folder_.write("semicolons.csv", "timestamp_seconds;requests_per_second\n0;1,5\n");
  (void)folder_.write("count.csv", "timestamp_seconds,requests\n0,60\n60,90\n");
  const std::pair<const char*, const char*> cases[] = {
      {"range.json", "is an answer of Prometheus in JSON; make CSV of its first series: jq -r "},
      {"access.log", "is an access log; make CSV of its times: awk -F'[][]' "},
      {"semicolons.csv", "has semicolons between its fields; make commas of them"},
      {"count.csv", "column 'requests' does not say per what"}};
  for (const Arguments& command : commands)
    for (const auto& [file, sentence] : cases) {
      const Ended ended = run(command, {"--trace", file});
      EXPECT_EQ(ended.code, 2) << command[0] << file;
      EXPECT_TRUE(ended.err.starts_with("headroom: " + std::string(file) + ": " + sentence))
          << command[0] << ended.err;
      EXPECT_EQ(std::ranges::count(ended.err, '\n'), 1) << ended.err;
    }
}

}  // namespace
}  // namespace headroom::cli
