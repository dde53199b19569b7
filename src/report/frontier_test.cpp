// A comparison in its three forms.
#include "report/frontier.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "report/layout.h"

namespace headroom::report {
namespace {

prove::Trial trial(const prove::Setting& setting, double late, double hours) {
  prove::Trial out{{"web<1>.csv", "web", "development", "fast-web", 30}, setting, {}};
  out.score.requests = 1e6;
  out.score.late = late;
  out.score.replica_seconds = hours * 3600;
  out.score.p99_s = 0.125;
  out.score.scale_in = 3;
  return out;
}

std::vector<prove::Trial> two() {
  return {trial({"headroom", 0.001}, 900, 10), trial({"kpa", 0.7, 60}, 800, 20),
          trial({"fixed", 0.5}, 10, 60)};
}

TEST(FrontierReport, a_run_is_written_and_read_back) {
  for (const prove::Trial& one : two()) {
    const auto back = parse_trial(trial_json(one));
    ASSERT_TRUE(back.has_value()) << back.error().message;
    EXPECT_EQ(trial_json(*back).dump(), trial_json(one).dump());
    EXPECT_EQ(back->setting, one.setting);
    EXPECT_EQ(back->of, one.of);
  }
}

TEST(FrontierReport, what_is_no_run_is_refused) {
  for (const char* text : {"{}", "[]", "3", R"({"trace": 7})"})
    EXPECT_FALSE(parse_trial(nlohmann::ordered_json::parse(text)).has_value()) << text;
}

TEST(FrontierReport, json_has_runs_frontiers_and_the_summary) {
  const auto trials = two();
  const auto json = frontier_json(trials, prove::comparisons(trials, 1));
  EXPECT_EQ(json["runs"].size(), 3);
  EXPECT_EQ(json["frontier"].size(), 3);
  EXPECT_EQ(json["frontier"][0]["replica_hours_at"]["0.001"], 60);
  double ratio = 0;
  for (const auto& one : json["summary"]["comparisons"])
    if (one["against"] == "best rival in hindsight" && one["missed_share"] == 0.001 &&
        one["part"] == "all")
      ratio = one["cost_ratio"];
  EXPECT_NEAR(ratio, 0.5, 1e-9);
}

TEST(FrontierReport, text_fits_a_narrow_terminal) {
  const auto trials = two();
  for (const std::size_t width : {40U, 80U, 200U})
    for (const auto& line : frontier_text(prove::comparisons(trials, 1), width))
      EXPECT_LE(columns(line), width) << line;
}

TEST(FrontierReport, the_page_escapes_names_and_draws_every_policy) {
  const auto trials = two();
  const std::string page = frontier_page(trials, prove::comparisons(trials, 1));
  EXPECT_EQ(page.find("web<1>"), std::string::npos);
  EXPECT_NE(page.find("web&lt;1&gt;"), std::string::npos);
  for (const char* kind : {"k-headroom\" d=", "k-kpa\" d=", "k-fixed\" d="})
    EXPECT_NE(page.find(kind), std::string::npos) << kind;
}

}  // namespace
}  // namespace headroom::report
