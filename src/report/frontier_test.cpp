// A comparison in its three forms.
#include "report/frontier.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "prove/policies.h"
#include "report/layout.h"
#include "report/policy_table.h"

namespace headroom::report {
namespace {

prove::Trial trial(const prove::Setting& setting, double late, double hours) {
  prove::Trial out{{"web<1>.csv", "web", "development", "fast-web", 30}, setting, {}};
  out.score.requests = 1e6;
  out.score.late = late;
  out.score.late_alone = 2500;
  out.score.replica_seconds = hours * 3600;
  out.score.p99_s = 0.125;
  out.score.scale_in = 3;
  out.score.worst_share = 0.25;
  out.score.longest_spell_s = 200;
  out.score.runs = 1;
  out.objective_s = 0.147;
  out.replicas_min = 2;
  out.replicas_max = 120;
  return out;
}

std::vector<prove::Trial> two() {
  return {trial({"headroom", 0.001}, 900, 10), trial({"kpa", 0.7, 60}, 800, 20),
          trial({"fixed", 0.5}, 10, 60)};
}

const Yardstick yardstick{
    .permitted = 0.001, .service = "shop in headroom.yaml", .cost_per_hour = 0.5};

std::string text_of(const std::vector<prove::Trial>& trials) {
  std::string text;
  for (const auto& line : frontier_text(trials, yardstick, prove::comparisons(trials, 1), 80))
    text += line + "\n";
  return text;
}

TEST(FrontierReport, text_has_each_policy_with_its_figures_and_what_it_was_judged_by) {
  const std::string text = text_of(two());
  EXPECT_NE(
      text.find("judged by 147 ms, the objective of shop in headroom.yaml: 0.1% may be "
                "missed\n"
                "policy    setting         missed  wanting  worst  spell  replica-h   cost\n"
                "headroom  permits 0.1%     0.34%    0.09%    25%  3m20s       10.0   5.00\n"
                "kpa       0.7, 1m          0.33%    0.08%    25%  3m20s       20.0  10.00\n"
                "fixed     60 replicas     0.251%   0.001%    25%  3m20s       60.0  30.00\n"),
      std::string::npos)
      << text;
}

TEST(FrontierReport, the_share_that_is_asked_for_has_a_column) {
  const std::vector<prove::Trial> trials = {trial({"headroom", 0.02}, 900, 10),
                                            trial({"kpa", 0.7, 60}, 800, 20)};
  const Yardstick asked{.permitted = 0.02, .service = "", .cost_per_hour = std::nullopt};
  const auto summary = prove::comparisons(trials, 1, 0.02);
  std::string text;
  for (const auto& line : frontier_text(trials, asked, summary, 80)) text += line + "\n";
  const auto head = text.find("  against");
  ASSERT_NE(head, std::string::npos) << text;
  const std::string columns = text.substr(head, text.find('\n', head) - head);
  EXPECT_NE(columns.find(" 2% "), std::string::npos) << text;
  EXPECT_NE(frontier_page(trials, asked, summary).find("at 2% missed"), std::string::npos);
  const auto json = frontier_json(trials, asked, summary);
  EXPECT_EQ(json["summary"]["comparisons"][0]["missed_share"], 0.02) << json["summary"];
}

TEST(FrontierReport, ranges_say_of_how_many_families_and_seeds_they_are) {
  std::vector<prove::Trial> trials;
  for (const char* name : {"a", "b", "c", "d"})
    for (prove::Trial one : two()) {
      one.of.trace = name;
      one.of.family = std::string(name) == "d" ? "stream" : "web";
      one.score.runs = 3;
      trials.push_back(one);
    }
  const std::string text = text_of(trials);
  EXPECT_NE(text.find("of resamplings of 2 families and their traces, with 3 seeds each"),
            std::string::npos)
      << text;
  EXPECT_NE(
      frontier_page(trials, yardstick, prove::comparisons(trials, 1)).find("run with 3 seeds."),
      std::string::npos);
}

TEST(FrontierReport, the_first_row_is_headroom_at_its_promise_and_says_whether_it_was_kept) {
  const std::string text = text_of(two());
  EXPECT_NE(text.find("At its promise: headroom told the share"), std::string::npos) << text;
  EXPECT_LT(text.find("\nat its promise"), text.find("\nbest rival, both in hindsight")) << text;
  const auto kept = text.find("\n  kept ");
  ASSERT_NE(kept, std::string::npos) << text;
  EXPECT_NE(text.substr(kept, 60).find(" yes "), std::string::npos) << text;
  const auto json = frontier_json(two(), yardstick, prove::comparisons(two(), 1));
  for (const auto& one : json["summary"]["comparisons"])
    EXPECT_EQ(one["kept"].is_number(), one["against"] == "at its promise") << one;
  EXPECT_NE(frontier_page(two(), yardstick, prove::comparisons(two(), 1)).find("at its promise"),
            std::string::npos);
}

TEST(FrontierReport, says_what_figures_rest_on) {
  auto trials = two();
  for (auto& one : trials) one.bin_s = 60;
  EXPECT_NE(text_of(trials).find("recorded in bins of 1m: bursts within them are not known"),
            std::string::npos);
  for (auto& one : trials) one.service_factor = 450;
  EXPECT_NE(text_of(trials).find("requests as few"), std::string::npos);
  EXPECT_EQ(text_of(two()).find("bins of"), std::string::npos);
}

TEST(FrontierReport, a_least_number_is_told_as_replicas) {
  EXPECT_EQ(setting_text({"kpa", 0.7, 60, false, 0.1}, 1, 120), "0.7, 1m, min 12");
  EXPECT_EQ(setting_text({"kpa", 0.7, 60, false, 0.1}, 20, 120), "0.7, 1m, min 20");
}

TEST(FrontierReport, a_fleet_is_no_smaller_than_it_may_be) {
  EXPECT_EQ(setting_text({.policy = "fixed", .target = 0.01}, 3, 25), "3 replicas");
  EXPECT_EQ(setting_text({.policy = "fixed", .target = 0.5}, 3, 25), "13 replicas");
}

TEST(FrontierReport, one_trace_has_ratios_and_no_range_of_them) {
  const std::string text = text_of(two());
  EXPECT_NE(text.find("  against"), std::string::npos) << text;
  EXPECT_EQ(text.find("range"), std::string::npos) << text;
  EXPECT_EQ(text.find("hpa"), std::string::npos) << "it was not run";
  const auto json = frontier_json(two(), yardstick, prove::comparisons(two(), 1));
  EXPECT_TRUE(json["summary"]["comparisons"][0]["range_90"].is_null());
}

TEST(FrontierReport, a_policy_that_misses_more_than_it_may_is_named) {
  std::vector<prove::Trial> trials = two();
  trials[0].score.late = 2000;
  trials.push_back(trial({"aws", 0.7, 60}, 5000, 1));
  trials.push_back(trial({"aws", 0.6, 60}, 4000, 2));
  const std::string text = text_of(trials);
  EXPECT_NE(text.find("headroom: misses more than 0.1%\n"), std::string::npos) << text;
  EXPECT_NE(text.find("aws: none of 2 settings misses as little as 0.1%"), std::string::npos)
      << text;
}

/// Ticks on both axes, and every one of them outside the lines.
TEST(FrontierReport, numbers_stand_beside_the_plot) {
  const std::string page = frontier_page(two(), yardstick, prove::comparisons(two(), 1));
  for (const char* tick : {"text-anchor=\"end\">10</text>", "text-anchor=\"end\">50</text>",
                           "text-anchor=\"middle\">0.1%</text>", ">replica-hours</text>"})
    EXPECT_NE(page.find(tick), std::string::npos) << tick;
  EXPECT_EQ(page.find(" replica-hours</text>"), std::string::npos);
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
  const auto json = frontier_json(trials, yardstick, prove::comparisons(trials, 1));
  EXPECT_EQ(json["runs"].size(), 3);
  EXPECT_EQ(json["frontier"].size(), 3);
  EXPECT_EQ(json["frontier"][0]["replica_hours_at"]["0.001"], 60);
  double ratio = 0;
  for (const auto& one : json["summary"]["comparisons"])
    if (one["against"] == prove::best_rival && one["missed_share"] == 0.001 && one["part"] == "all")
      ratio = one["cost_ratio"];
  EXPECT_NEAR(ratio, 0.5, 1e-9);
  EXPECT_EQ(json["judged_by"]["permitted_share"], 0.001);
  const auto& policies = json["ranking"][0]["policies"];
  ASSERT_EQ(policies.size(), 3);
  EXPECT_EQ(policies[0]["policy"], "headroom");
  EXPECT_EQ(policies[0]["cost"], 5);
  EXPECT_EQ(policies[2]["worst_five_minutes_share"], 0.25);
}

TEST(FrontierReport, text_fits_a_narrow_terminal) {
  const auto trials = two();
  for (const std::size_t width : {40U, 80U, 200U})
    for (const auto& line : frontier_text(trials, yardstick, prove::comparisons(trials, 1), width))
      EXPECT_LE(columns(line), width) << line;
}

TEST(FrontierReport, every_policy_has_a_colour_of_its_own) {
  const std::string page = frontier_page(two(), yardstick, prove::comparisons(two(), 1));
  std::set<std::string> colours;
  for (const auto policy : prove::policy_names()) {
    const std::string rule = fmt::format(".k-{}{{stroke:", policy);
    const auto at = page.find(rule);
    ASSERT_NE(at, std::string::npos) << policy;
    const std::string colour = page.substr(at + rule.size(), 12);
    EXPECT_TRUE(colours.insert(colour.substr(0, colour.find_first_of(";}"))).second) << policy;
  }
}

TEST(FrontierReport, the_page_escapes_names_and_draws_every_policy) {
  const auto trials = two();
  const std::string page = frontier_page(trials, yardstick, prove::comparisons(trials, 1));
  EXPECT_EQ(page.find("web<1>"), std::string::npos);
  EXPECT_NE(page.find("web&lt;1&gt;"), std::string::npos);
  for (const char* kind : {"k-headroom\" d=", "k-kpa\" d=", "k-fixed\" d="})
    EXPECT_NE(page.find(kind), std::string::npos) << kind;
}

}  // namespace
}  // namespace headroom::report
