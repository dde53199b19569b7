// How the misses of a run cluster, in a verdict's three forms.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "report/html.h"
#include "report/verdict.h"

namespace headroom::report {
namespace {

/// 100 s of 100 requests/s, of which `late` are late in each of the first `bad_s` seconds.
auto run_of(int bad_s, std::uint64_t late, double quantile = 0.99) {
  headroom::report::Run run;
  run.from = wall_from_unix_ns(1'795'255'200'000'000'000);
  run.to = run.from + std::chrono::seconds(100);
  ServiceRun service;
  service.policy.service = "checkout";
  service.policy.objective.latency = std::chrono::milliseconds(150);
  service.policy.objective.quantile = quantile;
  for (int i = 1; i <= 100; ++i) {
    Moment moment;
    moment.t_s = i;
    moment.arrivals = 100;
    moment.late = i <= bad_s ? late : 0;
    moment.good = 100 - moment.late;
    moment.ready = 3;
    service.moments.push_back(moment);
  }
  run.machine_cpu.assign(100, 0.3);
  run.services.push_back(std::move(service));
  return run;
}

TEST(Spells, stand_in_text_json_and_on_the_page) {
  const auto run = run_of(15, 100);
  const Verdict verdict = judge(run, {});
  EXPECT_DOUBLE_EQ(verdict.services[0].worst_share, 0.15) << "shorter than five minutes: all of it";
  EXPECT_DOUBLE_EQ(verdict.services[0].longest_spell_s, 20) << "two windows of 10 s";
  std::string text;
  for (const auto& line : verdict_text(verdict, 80)) text += line + "\n";
  EXPECT_NE(text.find("worst 5 min    15% missed; longest spell of more than 1%: 20s"),
            std::string::npos)
      << text;
  const auto json = verdict_json(verdict)["services"][0];
  EXPECT_EQ(json["worst_five_minutes_share"], 0.15);
  EXPECT_EQ(json["longest_spell_s"], 20);
  const std::string page = html_page(run, verdict);
  EXPECT_NE(page.find("missed in the worst five minutes"), std::string::npos);
  EXPECT_NE(page.find("longest with more than 1% missed"), std::string::npos);
}

TEST(Spells, miss_more_than_a_loose_percentile_leaves) {
  EXPECT_EQ(judge(run_of(100, 5, 0.9), {}).services[0].longest_spell_s, 0);
  EXPECT_EQ(judge(run_of(100, 11, 0.9), {}).services[0].longest_spell_s, 100);
}

}  // namespace
}  // namespace headroom::report
