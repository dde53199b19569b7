// The live view at several widths, from what the admin answers.
#include "report/top.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "report/layout.h"

namespace headroom::report {
namespace {

using namespace std::chrono_literals;

constexpr const char* answer = R"({
 "now":"2026-11-21T10:00:00Z","uptime_s":192.4,"mode":"act","machine_cpu":0.43,
 "journal":{"healthy":true,"problem":""},
 "services":[
  {"name":"checkout","demand_rps":312.2,"in_flight":71.3,"waiting":3,
   "replicas":{"wanted":12,"ready":9,"starting":2,"draining":1},
   "latency_ms":{"p50":12.2,"p95":90,"p99":161},
   "objective":{"quantile":0.99,"latency_ms":150},
   "counts":{"arrivals":312,"good":300,"late":10,"shed":2,"failed":0,"gone":0},
   "capacity_rps":34.5,"last_decision":"12 stay: …",
   "last_change":"9 → 12: 402 requests/s expected within 4 s need 11.6 replicas of 34.5/s each"},
  {"name":"catalog","demand_rps":0,"replicas":{"wanted":1,"ready":1},"latency_ms":{"p50":null}}]})";

std::string text(std::size_t width) {
  std::string out;
  const auto lines = top_screen(answer, width);
  EXPECT_TRUE(lines);
  for (const auto& line : *lines) out += line.text + "\n";
  return out;
}

TEST(Top, a_narrow_screen_has_a_block_for_each_service) {
  EXPECT_EQ(text(60), R"(headroom  2026-11-21T10:00:00Z  up 3m12s  CPU 43%

checkout
  demand   312/s of 311/s, 71 in flight, 3 waiting
  replicas 9 ready, 2 starting, 1 draining; wanted 12
  latency  p50 12 ms, p95 90 ms, p99 161 ms
  p99 ≤ 150 ms MISSED now
  missed   10 late, 2 shed, 0 failed
  9 → 12: 402 requests/s expected within 4 s need 11.6
  replicas of 34.5/s each

catalog
  demand   0/s of 0/s, 0 in flight, 0 waiting
  replicas 1 ready, 0 starting, 0 draining; wanted 1
  latency  p50 –, p95 –, p99 –
  – nothing to judge
  missed   0 late, 0 shed, 0 failed
)");
}

TEST(Top, a_wide_screen_has_a_table) {
  const std::string wide = text(120);
  EXPECT_NE(wide.find("demand/s"), std::string::npos) << wide;
  EXPECT_NE(wide.find("checkout              312      311        9        2        1        3    "
                      "12 ms    90 ms   161 ms  p99 ≤ 150 ms"),
            std::string::npos)
      << wide;
  EXPECT_NE(wide.find("missed now: 10 late, 2 shed, 0 failed"), std::string::npos);
}

TEST(Top, no_line_is_wider_than_the_screen) {
  for (const std::size_t width : {40UL, 60UL, 80UL, 103UL, 104UL, 120UL, 200UL}) {
    const auto lines = top_screen(answer, width);
    ASSERT_TRUE(lines);
    for (const auto& line : *lines) EXPECT_LE(columns(line.text), width) << line.text;
  }
}

TEST(Top, what_misses_its_objective_is_an_alarm) {
  const auto lines = top_screen(answer, 120);
  ASSERT_TRUE(lines);
  int alarms = 0;
  for (const auto& line : *lines) alarms += line.tone == Tone::alarm;
  EXPECT_EQ(alarms, 2);
}

/// An answer about one service with so many replicas.
std::string answer_with(int ready, int wanted) {
  return fmt::format(
      R"({{"now":"2026-11-21T10:00:00Z","services":[{{"name":"shop","demand_rps":312.2,
          "capacity_rps":34.5,"replicas":{{"ready":{},"wanted":{},"starting":{},"draining":1}},
          "latency_ms":{{"p99":161}},"counts":{{"late":10,"shed":2}},
          "last_change":"9 → 12: 402 requests/s expected"}}]}})",
      ready, wanted, wanted - ready);
}

TEST(TopLog, tells_each_service_at_first_in_one_line) {
  TopLog log;
  const auto lines = log.lines(answer, Instant(0s));
  ASSERT_TRUE(lines);
  EXPECT_EQ(*lines, (std::vector<std::string>{"2026-11-21T10:00:00Z checkout 312/s of 311/s, "
                                              "9 ready of 12, p99 161 ms, 12/s missed",
                                              "2026-11-21T10:00:00Z catalog 0/s of 0/s, "
                                              "1 ready of 1, p99 –, 0/s missed"}));
}

TEST(TopLog, tells_a_service_once_in_five_seconds_while_its_replicas_stay) {
  TopLog log;
  std::vector<Duration> told;
  for (Duration now{}; now <= 20s; now += 500ms)
    if (!log.lines(answer, Instant(now))->empty()) told.push_back(now);
  EXPECT_EQ(told, (std::vector<Duration>{0s, 5s, 10s, 15s, 20s}));
}

TEST(TopLog, tells_a_change_of_replicas_at_once_and_why) {
  TopLog log;
  EXPECT_EQ(log.lines(answer_with(9, 9), Instant(0s))->size(), 1U);
  const auto decided = log.lines(answer_with(9, 12), Instant(1s));
  ASSERT_EQ(decided->size(), 1U);
  EXPECT_EQ(decided->front(),
            "2026-11-21T10:00:00Z shop 312/s of 311/s, 9 ready of 12, p99 161 ms, 12/s missed; "
            "9 → 12: 402 requests/s expected");
  EXPECT_EQ(log.lines(answer_with(9, 12), Instant(2s))->size(), 0U);
  const auto started = log.lines(answer_with(11, 12), Instant(3s));
  ASSERT_EQ(started->size(), 1U);
  EXPECT_TRUE(started->front().ends_with(", 12/s missed")) << "nothing was decided";
  EXPECT_EQ(log.lines(answer_with(11, 12), Instant(7900ms))->size(), 0U)
      << "five seconds from the last line";
  EXPECT_EQ(log.lines(answer_with(11, 12), Instant(8s))->size(), 1U);
}

TEST(Top, an_ailing_journal_is_told) {
  const auto lines =
      top_screen(R"({"journal":{"healthy":false,"problem":"disk full"},"services":[]})", 80);
  ASSERT_TRUE(lines);
  EXPECT_NE((*lines)[1].text.find("disk full"), std::string::npos);
}

TEST(Top, an_answer_of_something_else_is_one_sentence) {
  for (const char* other : {"", "<html>", "[]", "{}", R"({"services":[{"demand_rps":"many"}]})"}) {
    EXPECT_FALSE(top_screen(other, 80)) << other;
    EXPECT_FALSE(TopLog().lines(other, {})) << other;
  }
}

}  // namespace
}  // namespace headroom::report
