// The text of an explanation, word by word, and that it fits any terminal.
#include "report/explain.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "report/layout.h"

namespace headroom::report {
namespace {

using namespace std::chrono_literals;

Explanation example() {
  Explanation what;
  what.at = wall_from_unix_ns(1'795'255'200'000'000'000);
  what.before = 9;
  what.decision.service = "checkout";
  what.decision.replicas = 12;
  what.decision.summary = "9 → 12: 402 requests/s expected within 4 s; at most 12 are allowed";
  what.decision.reasons = {
      {scale::Rule::latency, 14,
       "402 requests/s expected within 4 s need 13.1 replicas of 31/s each", true},
      {scale::Rule::activation, 1, "requests came within the last 120 s: one replica at least",
       false},
      {scale::Rule::max, 12, "at most 12 are allowed", true}};
  what.decision.counterfactuals = {{scale::Rule::max, 14}};
  what.seen.service = "checkout";
  what.seen.arrivals = 1312;
  what.seen.good = 1298;
  what.seen.late = 12;
  what.seen.shed = 2;
  what.seen.concurrency = 71.4;
  what.seen.waiting = 3;
  what.seen.latency_p50_s = 0.042;
  what.seen.latency_p95_s = 0.12;
  what.seen.latency_p99_s = 0.161;
  what.seen.replicas.resize(9);
  for (auto& replica : what.seen.replicas) replica.phase = scale::Phase::ready;
  what.seen.replicas[8].phase = scale::Phase::starting;
  what.seen.events = {"checkout-7 crashed with signal 9"};
  what.machine_cpu = 0.43;
  what.policy.emplace();
  what.policy->objective.latency = 150ms;
  return what;
}

std::string text(const Explanation& what, std::size_t width) {
  std::string out;
  for (const auto& line : explain_text(what, width)) out += line + "\n";
  return out;
}

TEST(Explain, says_what_was_seen_how_it_was_decided_and_what_else_it_could_have_been) {
  EXPECT_EQ(text(example(), 80), R"(checkout: 9 → 12 replicas
decided at 2026-11-21T10:00:00.000Z
  9 → 12: 402 requests/s expected within 4 s; at most 12 are allowed

What was seen
  arrivals  1,312 requests in 1 s; ended: 1,298 good, 12 late, 2 shed, 0 failed
  latency   p50 42 ms, p95 120 ms, p99 161 ms; objective: p99 within 150ms
  replicas  8 ready, 1 starting, 0 draining; 71 requests in flight, 3 waiting
  evidence  complete; 43% of the machine's CPU busy
  event     checkout-7 crashed with signal 9

How it was decided (* changed the number)
  * need/latency      14 402 requests/s expected within 4 s need 13.1 replicas
                         of 31/s each
    need/activation    1 requests came within the last 120 s: one replica at
                         least
  * bound/max         12 at most 12 are allowed

What it would have been
  without the rule 'max': 14 replicas
)");
}

TEST(Explain, replicas_that_nobody_knew_of_are_not_called_none) {
  Explanation what = example();
  what.seen.replicas.clear();
  what.seen.completeness = 0;
  EXPECT_NE(text(what, 80).find("replicas  not known; 71 requests in flight"), std::string::npos)
      << text(what, 80);
}

TEST(Explain, zones_are_told_with_what_each_has_of_its_share) {
  Explanation what = example();
  EXPECT_EQ(text(what, 80).find("zones"), std::string::npos) << "there is one";
  what.decision.zones = {4, 4, 4};
  for (std::size_t i = 0; i < what.seen.replicas.size(); ++i)
    what.seen.replicas[i].zone = i % 2 == 0 ? 1 : 2;
  EXPECT_NE(text(what, 80).find("\n  zones     4 of 4, 4 of 4, 0 of 4 ready\n"), std::string::npos)
      << text(what, 80);
  EXPECT_EQ(explain_json(what)["zones"], nlohmann::json({4, 4, 4}));
}

TEST(Explain, fits_a_narrow_terminal) {
  for (std::size_t width = 40; width <= 120; width += 5)
    for (const auto& line : explain_text(example(), width)) EXPECT_LE(columns(line), width) << line;
}

TEST(Explain, json_has_the_same_facts) {
  const auto json = explain_json(example());
  EXPECT_EQ(json["replicas"], 12);
  EXPECT_EQ(json["before"], 9);
  EXPECT_EQ(json["reasons"][2]["rule"], "max");
  EXPECT_EQ(json["counterfactuals"][0]["replicas"], 14);
  EXPECT_EQ(json["observation"]["replicas"]["ready"], 8);
  EXPECT_EQ(json["objective"]["latency_ms"], 150);
}

TEST(Explain, requests_that_were_told_of_at_once_are_of_as_long_as_they_came_in) {
  Explanation what = example();
  what.dt_s = 1;
  what.seen.covered = 15;
  EXPECT_NE(text(what, 80).find("1,312 requests in 15 s;"), std::string::npos) << text(what, 80);
  what.seen.covered = 0;
  EXPECT_NE(text(what, 80).find("1,312 requests in 1 s;"), std::string::npos) << text(what, 80);
}

}  // namespace
}  // namespace headroom::report
