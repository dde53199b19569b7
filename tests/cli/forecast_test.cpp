// headroom forecast: steps, backtest, events, and what it says to input that makes no sense.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "program.h"

namespace headroom::cli {
namespace {

using Json = nlohmann::json;

/// Hours of days that are busiest at noon, from the first of November 2026 on.
std::string hours(int days) {
  std::string csv = "timestamp_seconds,requests_per_second\n";
  for (int hour = 0; hour < 24 * days; ++hour)
    csv += std::to_string(1793491200 + 3600 * hour) + "," +
           std::to_string(100 * (1.3 - std::cos(hour * 6.283185 / 24)) *
                          (1 + 0.05 * std::sin(hour * hour % 101))) +
           "\n";
  return csv;
}

class Forecast : public testing::Test {
 protected:
  Forecast() { (void)folder_.write("month.csv", hours(21)); }
  Ended forecast(const Arguments& more, const std::string& trace = "month.csv") {
    Arguments arguments = {"forecast", "--trace", trace};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_program(arguments, folder_.path());
  }
  Json told(const Arguments& more) {
    Arguments arguments = {"--format", "json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Ended ended = forecast(arguments);
    EXPECT_EQ(ended.code, 0) << ended.err;
    return ended.code == 0 ? Json::parse(ended.out) : Json();
  }

  TestFolder folder_;
};

TEST_F(Forecast, tells_the_steps_after_the_trace_with_their_quantiles) {
  const Json out = told({"--horizon", "12h"});
  EXPECT_EQ(out["seasons_s"], Json({86400.0, 604800.0}));
  ASSERT_EQ(out["steps"].size(), 12);
  EXPECT_EQ(out["steps"][0]["at"], 1793491200 + 21 * 86400);
  for (const Json& step : out["steps"]) {
    double before = 0;
    for (const auto& [p, rate] : step["quantiles"].items()) {
      EXPECT_GE(rate.get<double>(), before) << p;
      before = rate.get<double>();
    }
  }
  // From midnight to noon demand grows.
  EXPECT_GT(out["steps"][11]["quantiles"]["0.5"].get<double>(),
            4 * out["steps"][0]["quantiles"]["0.5"].get<double>());
}

TEST_F(Forecast, draws_for_a_terminal) {
  const Ended ended = forecast({"--horizon", "6h"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_TRUE(ended.out.starts_with(
      "month.csv: mean demand a second, in steps of 1h from 2026-11-22 00:00\n"))
      << ended.out;
  EXPECT_NE(ended.out.find("seasons: 1d and 7d"), std::string::npos) << ended.out;
  EXPECT_NE(ended.out.find("2026-11-22 05:00"), std::string::npos) << ended.out;
  EXPECT_NE(ended.out.find("●"), std::string::npos) << ended.out;
  EXPECT_TRUE(ended.err.starts_with("month.csv: 21 d in bins of 1 h")) << ended.err;
}

TEST_F(Forecast, scores_its_own_past_by_lead) {
  const Json out = told({"--horizon", "12h", "--backtest"});
  ASSERT_GT(out["leads"].size(), 3);
  EXPECT_EQ(out["leads"].front()["lead_s"], 3600);
  EXPECT_EQ(out["leads"].back()["lead_s"], 43200);
  for (const Json& one : out["leads"]) {
    EXPECT_GT(one["scored"], 100);
    EXPECT_LT(one["against"]["naive"], 1) << one.dump();
    EXPECT_GT(one["short"]["0.5"], one["short"]["0.99"]);
    EXPECT_LT(one["beyond"]["0.5"], one["beyond"]["0.99"]);
  }
  const Ended ended = forecast({"--horizon", "12h", "--backtest"});
  EXPECT_NE(ended.out.find("lead"), std::string::npos);
  EXPECT_NE(ended.out.find("covered"), std::string::npos) << ended.out;
}

TEST_F(Forecast, an_announced_event_raises_what_it_covers) {
  const Json usual = told({"--horizon", "6h"});
  const Json raised = told({"--horizon", "6h", "--event", "2026-11-22T02:00:00Z,1h,3,50%"});
  const auto at = [](const Json& out, int step, const char* p) {
    return out["steps"][step]["quantiles"][p].get<double>();
  };
  EXPECT_NEAR(at(raised, 2, "0.5"), 3 * at(usual, 2, "0.5"), 1e-6);
  EXPECT_GT(at(raised, 2, "0.95"), 3 * at(usual, 2, "0.95"));
  EXPECT_NEAR(at(raised, 3, "0.5"), at(usual, 3, "0.5"), 1e-6);
}

TEST_F(Forecast, writes_a_page_of_either_kind) {
  for (const bool backtest : {false, true}) {
    Arguments arguments = {"--horizon", "4h", "--report", "page.html"};
    if (backtest) arguments.emplace_back("--backtest");
    ASSERT_EQ(forecast(arguments).code, 0);
    std::ifstream file(folder_.path() + "/page.html");
    const std::string page(std::istreambuf_iterator<char>(file), {});
    EXPECT_TRUE(page.starts_with("<!DOCTYPE html>"));
    EXPECT_NE(page.find(backtest ? "covered" : "<svg"), std::string::npos);
    EXPECT_EQ(page.find("http"), std::string::npos);  // nothing from the network
  }
}

TEST_F(Forecast, seasons_are_found_or_those_asked_for) {
  EXPECT_EQ(told({"--horizon", "2h", "--season", "none"})["seasons_s"], Json::array());
  EXPECT_EQ(told({"--horizon", "2h", "--season", "12h"})["seasons_s"], Json({43200.0}));
  EXPECT_EQ(told({"--horizon", "2h", "--season", "day", "--season", "week"})["seasons_s"],
            Json({86400.0, 604800.0}));
}

TEST_F(Forecast, says_that_it_refuses_and_what_is_unknown) {
  std::string chance = "timestamp_seconds,requests_per_second\n";
  double rate = 100;
  unsigned state = 1;
  for (int second = 0; second < 2000; ++second) {
    state = state * 1664525 + 1013904223;
    rate *= state >> 31 != 0 ? 1.02 : 1 / 1.02;
    chance += std::to_string(second) + "," + (second < 1990 ? std::to_string(rate) : "") + "\n";
  }
  (void)folder_.write("chance.csv", chance);
  const Ended ended = forecast({"--horizon", "20s"}, "chance.csv");
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_NE(ended.out.find("no model has beaten the naive forecasts"), std::string::npos)
      << ended.out;
  EXPECT_NE(ended.out.find("nothing is known of the last 10s of the trace"), std::string::npos)
      << ended.out;
}

TEST_F(Forecast, input_that_makes_no_sense_gets_one_sentence_and_exit_code_2) {
  (void)folder_.write("short.csv", "timestamp_seconds,requests_per_second\n0,1\n60,2\n120,3\n");
  const std::tuple<std::string, Arguments, std::string> cases[] = {
      {"month.csv", {}, "--horizon is required; see headroom forecast --help"},
      {"month.csv", {"--horizon", "soon"}, "--horizon 'soon' is not a duration from 1h"},
      {"month.csv", {"--horizon", "1m"}, "--horizon '1m' is not a duration from 1h"},
      {"month.csv", {"--horizon", "12d"}, "--horizon 12d is more than half of the trace"},
      {"short.csv", {"--horizon", "1m"}, "short.csv has 3 known bins; 30 are the least"},
      {"month.csv", {"--horizon", "2h", "--season", "moon"}, "--season 'moon' is not day, week"},
      {"month.csv", {"--horizon", "2h", "--season", "90m"}, "--season 90m is no whole number"},
      {"month.csv",
       {"--horizon", "4d", "--season", "6h"},
       "--season 6h is no whole number of steps, which are 4h with --horizon 4d"},
      {"month.csv", {"--horizon", "2h", "--season", "20d"}, "--season 20d: the trace has 21d"},
      {"month.csv",
       {"--horizon", "2h", "--season", "24h,36h"},
       "--season: the longer one is no multiple of the shorter one"},
      {"month.csv", {"--horizon", "2h", "--event", "noon,1h,3"}, "--event 'noon,1h,3' is not"},
      {"month.csv",
       {"--horizon", "2h", "--event", "2026-11-22T02:00:00Z,1h,0"},
       "--event '2026-11-22T02:00:00Z,1h,0' is not"}};
  for (const auto& [trace, more, sentence] : cases) {
    const Ended ended = forecast(more, trace);
    EXPECT_EQ(ended.code, 2) << sentence;
    EXPECT_TRUE(ended.complaint().starts_with("headroom: " + sentence)) << ended.err;
    EXPECT_EQ(ended.out, "") << sentence;
  }
}

TEST_F(Forecast, counts_the_requests_of_a_trace_that_has_a_row_for_each) {
  std::string csv = "timestamp_seconds,duration_ms\n";
  for (int second = 0; second < 600; ++second)
    for (int i = 0; i < 5; ++i)
      csv += std::to_string(1793491200 + second) + "." + std::to_string(1 + i) + ",20\n";
  (void)folder_.write("requests.csv", csv);
  for (const Arguments& more : {Arguments{}, Arguments{"--requests"}}) {
    Arguments arguments = {"--horizon", "30s", "--format", "json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Ended ended = forecast(arguments, "requests.csv");
    ASSERT_EQ(ended.code, 0) << ended.err;
    EXPECT_NE(ended.err.find("3,000 requests in 10 min"), std::string::npos) << ended.err;
    const Json out = Json::parse(ended.out);
    EXPECT_NEAR(out["steps"][0]["quantiles"]["0.5"].get<double>(), 5, 0.5);
  }
}

TEST_F(Forecast, a_week_that_is_asked_for_needs_no_more_than_one_that_is_found) {
  (void)folder_.write("short.csv", hours(15));
  (void)folder_.write("enough.csv", hours(17));
  EXPECT_EQ(forecast({"--horizon", "1d", "--season", "week"}, "enough.csv").code, 0);
  const Ended ended = forecast({"--horizon", "1d", "--season", "week"}, "short.csv");
  EXPECT_EQ(ended.code, 2);
  EXPECT_NE(ended.err.find("--season 7d: the trace has 15d, and 16d is the least for it"),
            std::string::npos)
      << ended.err;
}

}  // namespace
}  // namespace headroom::cli
