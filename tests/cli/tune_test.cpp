// headroom tune: what it finds, its gate, and what it says to input that makes no sense.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "program.h"

namespace headroom::cli {
namespace {

using Json = nlohmann::json;

/// Forty minutes: waves that stay below 1,000 requests/s in the first half, and `later` × as high
/// after it.
std::string waves(double later) {
  std::string csv = "timestamp_seconds,requests_per_second\n";
  for (int minute = 0; minute < 40; ++minute)
    csv += std::to_string(60 * minute) + "," +
           std::to_string((minute < 25 ? 1 : later) * (600 + 400 * std::sin(minute / 2.0))) + "\n";
  return csv;
}

class Tune : public testing::Test {
 protected:
  Tune() {
    (void)folder_.write("even.csv", waves(1));
    (void)folder_.write("grows.csv", waves(3));
  }
  Ended tune(const std::string& trace, const Arguments& more = {}) {
    Arguments arguments = {"tune", "--trace", trace, "--permitted", "1%"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_program(arguments, folder_.path());
  }
  Json told(const std::string& trace, const Arguments& more) {
    Arguments arguments = {"--format", "json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Ended ended = tune(trace, arguments);
    EXPECT_EQ(ended.code, 0) << ended.err;
    return ended.code == 0 ? Json::parse(ended.out) : Json();
  }

  TestFolder folder_;
};

/// The same ten minutes of whole seconds, so many times over.
std::string repeated(int times) {
  std::string csv = "timestamp_seconds,requests_per_second\n";
  for (int second = 0; second < 600 * times; ++second)
    csv += std::to_string(second) + "," +
           std::to_string(static_cast<int>(600 + 400 * std::sin(second % 600 / 40.0))) + "\n";
  return csv;
}

TEST_F(Tune, finds_what_a_comparison_on_the_part_that_is_searched_finds_cheapest) {
  (void)folder_.write("twice.csv", repeated(2));
  (void)folder_.write("once.csv", repeated(1));
  const Json out = told("twice.csv", {"--policy", "kpa", "--history", "0", "--startup", "5s"});
  const Json found = out["results"][0]["policies"][0];
  EXPECT_EQ(found["tried"], 159);
  const Ended each = run_program({"compare", "--trace", "once.csv", "--policies", "kpa",
                                  "--startup", "5s", "--history", "0", "--format", "json"},
                                 folder_.path());
  ASSERT_EQ(each.code, 0) << each.err;
  const Json all = Json::parse(each.out);
  // A comparison also looks closer.
  const auto tried = [](const Json& setting) {
    const double hundredths = 100 * setting["target"].get<double>();
    const double floor = setting.value("floor_share", 0.0);
    const auto same = [floor](double other) { return std::abs(floor - other) < 1e-9; };
    return std::abs(hundredths - std::round(hundredths)) < 1e-9 &&
           std::ranges::any_of(std::array{0.0, 1.0 / 30, 1.0 / 15, 0.1, 0.15, 0.2, 0.3, 0.4}, same);
  };
  Json cheapest;
  for (const Json& run : all["runs"]) {
    if (run["wanting_share"] > 0.01 || !tried(run["setting"])) continue;
    if (cheapest.is_null() || run["replica_hours"] < cheapest["replica_hours"]) cheapest = run;
  }
  ASSERT_FALSE(cheapest.is_null());
  EXPECT_TRUE(found["met"].get<bool>());
  EXPECT_EQ(found["setting"], cheapest["setting"]);
  EXPECT_EQ(found["searched"]["replica_hours"], cheapest["replica_hours"]);
}

TEST_F(Tune, shows_headroom_beside_it_with_nothing_tuned) {
  const Json out = told("even.csv", {"--policy", "hpa-cpu,fixed", "--startup", "5s"});
  const Json one = out["results"][0];
  ASSERT_EQ(one["policies"].size(), 2);
  EXPECT_EQ(one["headroom"]["setting"]["permitted_share"], 0.01);
  EXPECT_EQ(one["headroom"]["tried"], 1);
  EXPECT_EQ(one["searched_s"], 900);
  EXPECT_EQ(one["judged_s"], 900);
  for (const char* part : {"searched", "judged"})
    EXPECT_GT(one["headroom"][part]["replica_hours"].get<double>(), 0) << part;
}

TEST_F(Tune, takes_what_may_be_missed_and_what_it_costs_from_the_file) {
  (void)folder_.write("headroom.yaml", shop);
  const Ended ended = run_program({"tune", "-f", "headroom.yaml", "--trace", "even.csv", "--policy",
                                   "fixed", "--require", "cost<1000"},
                                  folder_.path());
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_NE(ended.out.find("judged by 150 ms, the objective of shop in headroom.yaml: 1% may be "
                           "missed\nsearched: "),
            std::string::npos)
      << ended.out;
  EXPECT_NE(ended.out.find("spell  replica-h  cost\n"), std::string::npos) << ended.out;
}

TEST_F(Tune, tells_that_what_was_kept_to_is_not_kept_to_later) {
  const Ended ended = tune("grows.csv", {"--policy", "fixed"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_NE(ended.out.find("fixed: kept to 1% where it was searched, not where it was judged"),
            std::string::npos)
      << ended.out;
  EXPECT_NE(ended.out.find(" replicas "), std::string::npos) << ended.out;
}

TEST_F(Tune, tells_that_no_setting_misses_so_little) {
  std::string leap = "timestamp_seconds,requests_per_second\n";
  for (int second = 0; second < 1800; ++second)
    leap += std::to_string(second) + (second < 1000 ? ",10\n" : ",1000\n");
  (void)folder_.write("leaps.csv", leap);
  (void)folder_.write("headroom.yaml",
                      "services:\n"
                      "  shop:\n"
                      "    objective: { latency: { p99: 150ms } }\n"
                      "    replicas: { min: 1, max: 2 }\n"
                      "    run: { command: \"./shop {address}\" }\n");
  const Ended ended =
      tune("leaps.csv", {"-f", "headroom.yaml", "--policy", "hpa-cpu", "--judged", "10%"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_NE(ended.out.find("hpa-cpu: none of 159 settings misses as little as 1%"),
            std::string::npos)
      << ended.out;
}

TEST_F(Tune, a_requirement_is_judged_where_the_setting_is) {
  const Ended unmet = tune("grows.csv", {"--policy", "fixed", "--require", "missed<1%"});
  EXPECT_EQ(unmet.code, 3);
  EXPECT_TRUE(unmet.complaint().starts_with(
      "headroom: fixed with its best setting on grows.csv: missed<1% is not met: "))
      << unmet.err;
  EXPECT_NE(unmet.out.find("replica-h"), std::string::npos);
  EXPECT_EQ(tune("even.csv", {"--policy", "fixed", "--require", "missed<5%"}).code, 0);
}

TEST_F(Tune, the_same_again_gives_the_same_bytes_however_many_work_at_it) {
  const Arguments common = {"--policy", "kpa", "--seeds", "2", "--format", "json", "--jobs"};
  Arguments one = common;
  one.emplace_back("1");
  Arguments three = common;
  three.emplace_back("3");
  const Ended first = tune("even.csv", one);
  ASSERT_EQ(first.code, 0) << first.err;
  EXPECT_EQ(first.out, tune("even.csv", three).out);
}

TEST_F(Tune, input_that_makes_no_sense_gets_one_sentence_and_exit_code_2) {
  std::string quiet = "timestamp_seconds,requests_per_second\n";
  for (int minute = 0; minute < 40; ++minute)
    quiet += std::to_string(60 * minute) + (minute < 20 ? ",50\n" : ",0\n");
  (void)folder_.write("quiet.csv", quiet);
  const std::tuple<std::string, Arguments, std::string> cases[] = {
      {"even.csv", {"--policy", "kpq"}, "there is no policy 'kpq', did you mean kpa?"},
      {"even.csv", {"--policy", "kpa", "--judged", "0%"}, "--judged '0%' is not a share between"},
      {"even.csv", {"--policy", "kpa", "--require", "p97<1s"}, "'p97<1s': a simulation knows"},
      {"even.csv", {"--policy", "kpa", "--seeds", "0"}, "--seeds is a number from 1"},
      {"even.csv", {"--trace", "nowhere.csv", "--policy", "kpa"}, "nowhere.csv: no such file"},
      {"quiet.csv",
       {"--policy", "kpa"},
       "quiet.csv: the part that is judged: not a single request arrives"},
      {"even.csv", {"--policy", "kpa", "--require", "cost<1"}, "'cost<1' needs the price of a"},
      {"even.csv", {}, "--policy is required; see headroom tune --help"}};
  for (const auto& [trace, more, sentence] : cases) {
    const Ended ended = tune(trace, more);
    EXPECT_EQ(ended.code, 2) << sentence;
    EXPECT_TRUE(ended.complaint().starts_with("headroom: " + sentence)) << ended.err;
    EXPECT_EQ(ended.out, "") << sentence;
  }
}

}  // namespace
}  // namespace headroom::cli
