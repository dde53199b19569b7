// The live view at several widths, from what the admin answers.
#include "report/top.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "report/layout.h"

namespace headroom::report {
namespace {

using namespace std::chrono_literals;

constexpr const char* answer = R"({
 "now":"2026-11-21T10:00:00Z","uptime_s":192.4,"mode":"act","machine_cpu":0.43,"version":"1.0.0",
 "journal":{"healthy":true,"problem":""},
 "services":[
  {"name":"catalog","demand_rps":80,"waiting":0,"capacity_rps":60,"in_flight":2,
   "replicas":{"wanted":2,"ready":2,"starting":0,"draining":0,"min":1,"max":4,"unbounded":2},
   "latency_ms":{"p50":4,"p95":9,"p99":12},
   "objective":{"quantile":0.99,"latency_ms":50,"availability":0.999},
   "counts":{"arrivals":80,"good":80,"late":0,"shed":0,"failed":0,"gone":0},
   "last_change":"1 → 2: 71 requests/s expected within 4 s need 1.2 replicas of 60/s each",
   "last_change_at":"2026-11-21T09:57:00Z"},
  {"name":"checkout","demand_rps":312.2,"in_flight":71.3,"waiting":3,"capacity_rps":34.5,
   "replicas":{"wanted":12,"ready":9,"starting":2,"draining":1,"min":1,"max":40,"unbounded":12},
   "latency_ms":{"p50":12.2,"p95":90,"p99":161},
   "objective":{"quantile":0.99,"latency_ms":150,"availability":0.999},
   "counts":{"arrivals":312,"good":300,"late":10,"shed":2,"failed":0,"gone":0},
   "last_decision":"12 stay: …",
   "last_change":"9 → 12: 402 requests/s expected within 4 s need 11.6 replicas of 34.5/s each",
   "last_change_at":"2026-11-21T09:59:48Z"},
  {"name":"images","demand_rps":90,"waiting":0,"capacity_rps":24,"in_flight":9,
   "replicas":{"wanted":4,"ready":4,"starting":0,"draining":0,"min":1,"max":4,"unbounded":6},
   "latency_ms":{"p50":40,"p95":180,"p99":240},
   "objective":{"quantile":0.95,"latency_ms":250,"availability":0.999},
   "counts":{"arrivals":90,"good":89,"late":1,"shed":0,"failed":0,"gone":0}},
  {"name":"nightly","replicas":{"wanted":1,"ready":1},"latency_ms":{"p50":null}},
  {"name":"payments","demand_rps":4,"waiting":2,
   "replicas":{"wanted":1,"ready":0,"starting":1,"min":1,"max":3,"unbounded":1},
   "failed_starts":{"total":9,"in_a_row":7},
   "objective":{"quantile":0.99,"latency_ms":500,"availability":0.999},
   "counts":{"arrivals":4,"shed":4},
   "last_error":{"text":"payments-9 did not start: it exited )"
                               R"(with status 2 after 31ms: panic: no database )"
                               R"((log: /srv/state/logs/payments-9.log); the next start is in 8s",
                 "at":"2026-11-21T09:59:57Z"}}]})";

std::vector<ScreenLine> screen(ScreenSize size, std::string_view of = answer) {
  Live live;
  const auto view = live.look(of);
  EXPECT_TRUE(view);
  return top_screen(*view, size);
}

std::string text(ScreenSize size) {
  std::string out;
  for (const auto& line : screen(size)) out += line.text + "\n";
  return out;
}

TEST(Top, five_services_fit_into_a_small_terminal_with_what_ails_the_worst) {
  EXPECT_EQ(text({.width = 80, .height = 24}),
            R"(headroom 1.0.0  2026-11-21T10:00:00Z  up 3m12s  CPU 43%

STATE    SERVICE     REQ/S  READY MISSED  WAIT      P99      OBJECTIVE   CAN/S
DOWN     payments        4    0/1   100%     2        –   p99 ≤ 500 ms       –
MISSED   checkout      312   9/12  3.85%     3   161 ms   p99 ≤ 150 ms     311
AT MAX   images         90    4/4  1.11%     0   240 ms   p95 ≤ 250 ms      96
ok       catalog        80    2/2     0%     0    12 ms    p99 ≤ 50 ms     120
idle     nightly         0    1/1      –     0        –              –       –

payments: no replica is ready: 7 starts in a row failed
  3 s ago: payments-9 did not start: it exited with status 2 after 31ms: panic:
  no database (log: /srv/state/logs/payments-9.log); the next start is in 8s

checkout: 12 of 312 missed lately (10 late, 2 shed, 0 failed); 1% is permitted
  12 s ago: 9 → 12: 402 requests/s expected within 4 s need 11.6 replicas of
  34.5/s each

images: 6 replicas are needed, max is 4

catalog
  3 min ago: 1 → 2: 71 requests/s expected within 4 s need 1.2 replicas of 60/s
  each
)");
}

TEST(Top, a_narrow_screen_keeps_the_columns_that_tell_most) {
  EXPECT_EQ(text({.width = 40, .height = 9}), R"(headroom 1.0.0  2026-11-21T10:00:00Z  u…

STATE    SERVICE     REQ/S  READY MISSED
DOWN     payments        4    0/1   100%
MISSED   checkout      312   9/12  3.85%
AT MAX   images         90    4/4  1.11%
ok       catalog        80    2/2     0%
idle     nightly         0    1/1      –
)");
}

TEST(Top, a_wide_screen_has_all_columns) {
  const std::string wide = text({.width = 120});
  for (const char* title : {"CAN/S", "P50", "FLIGHT", "START", "DRAIN"})
    EXPECT_NE(wide.find(title), std::string::npos) << title << "\n" << wide;
}

TEST(Top, no_line_is_wider_than_the_screen_and_no_screen_higher) {
  for (const std::size_t width : {40UL, 41UL, 60UL, 80UL, 103UL, 120UL, 200UL})
    for (const std::size_t height : {1UL, 5UL, 10UL, 24UL, 50UL}) {
      const auto lines = screen({width, height});
      EXPECT_LE(lines.size(), height);
      for (const auto& line : lines) EXPECT_LE(columns(line.text), width) << line.text;
    }
}

TEST(Top, the_colour_of_a_row_says_how_urgent_it_is) {
  const auto lines = screen({.width = 80});
  std::vector<Tone> tones;
  for (std::size_t row = 3; row < 8; ++row) tones.push_back(lines.at(row).tone);
  EXPECT_EQ(tones,
            (std::vector<Tone>{Tone::alarm, Tone::alarm, Tone::warning, Tone::good, Tone::quiet}));
}

TEST(Top, that_more_replicas_cannot_help_is_said) {
  std::string all;
  for (const auto& line : screen({.width = 120}, R"({"services":[{"name":"slow","cannot_help":true,
      "replicas":{"ready":1},"objective":{"quantile":0.99,"latency_ms":1},
      "counts":{"late":100}}]})"))
    all += line.text + "\n";
  EXPECT_NE(all.find("more replicas cannot help"), std::string::npos) << all;
}

/// The screen for one service "shop" with a ready replica.
std::string screen_of(const std::string& fields) {
  std::string all;
  for (const auto& line : screen({.width = 120}, R"({"now":"2026-11-21T10:00:00Z","services":[
      {"name":"shop","replicas":{"ready":1},)" + fields +
                                                     "}]}"))
    all += line.text + "\n";
  return all;
}

TEST(Top, what_went_wrong_lately_is_told_in_any_state) {
  const auto shown = [](const char* at) {
    return screen_of(fmt::format(R"("last_error":{{"text":"shop-7 exited","at":"{}"}})", at));
  };
  const std::string failing = shown("2026-11-21T09:59:00Z");
  EXPECT_NE(failing.find("shop: a replica failed lately\n  1 min ago: shop-7 exited"),
            std::string::npos)
      << failing;
  const std::string idle = shown("2026-11-21T09:50:01Z");
  EXPECT_NE(idle.find("shop\n  9 min ago: shop-7 exited"), std::string::npos) << idle;
  EXPECT_EQ(shown("2026-11-21T09:50:00Z").find("exited"), std::string::npos);
}

TEST(Top, of_a_roll_out_it_is_told_to_what_how_long_and_how_often_it_failed) {
  const auto shown = [](const char* state, const char* more) {
    return screen_of(fmt::format(R"("rollout":{{"state":"{}"{}}})", state, more));
  };
  const char* known = R"(,"version":"b2aeda21","since_s":2079.5,"failed_starts":3)";
  const std::string rolling = shown("rolling", known);
  EXPECT_NE(rolling.find("a roll-out to b2aeda21 has gone on for 34 min, 3 failed starts\n"),
            std::string::npos)
      << rolling;
  const std::string given_up = shown("given_up", known);
  EXPECT_NE(given_up.find("shop: the roll-out to b2aeda21 was given up 34 min ago: the version "
                          "before serves\n"),
            std::string::npos)
      << given_up;
  EXPECT_NE(shown("rolling", "").find("a roll-out is under way\n"), std::string::npos);
}

TEST(Top, the_part_of_the_promise_that_was_broken_is_the_one_that_is_told) {
  const std::string shown = screen_of(R"("counts":{"good":997,"failed":3},
      "objective":{"quantile":0.99,"latency_ms":150,"availability":0.999})");
  EXPECT_NE(
      shown.find("shop: 3 of 1,000 missed lately (0 late, 0 shed, 3 failed); 0.1% may fail\n"),
      std::string::npos)
      << shown;
}

TEST(Top, few_that_missed_are_not_none) {
  const std::string shown = screen_of(R"("counts":{"good":99991,"late":9},
      "objective":{"quantile":0.9999,"latency_ms":150,"availability":0.9999})");
  EXPECT_NE(shown.find(" 0.009% "), std::string::npos) << shown;
  const std::string more = screen_of(R"("counts":{"good":9989,"late":11},
      "objective":{"quantile":0.9999,"latency_ms":150,"availability":0.9999})");
  EXPECT_NE(more.find("; 0.01% is permitted"), std::string::npos) << more;
}

/// An answer about one service with so many replicas.
std::string answer_with(int ready, int wanted) {
  return fmt::format(
      R"({{"now":"2026-11-21T10:00:00Z","services":[{{"name":"shop","demand_rps":312.2,
          "capacity_rps":34.5,"replicas":{{"ready":{},"wanted":{},"starting":{},"draining":1}},
          "latency_ms":{{"p99":161}},"counts":{{"good":1200,"late":10,"shed":2}},
          "last_change":"9 → 12: 402 requests/s expected"}}]}})",
      ready, wanted, wanted - ready);
}

std::vector<std::string> log_lines(TopLog& log, std::string_view of, Instant now) {
  return log.lines(*Live().look(of), now);
}

TEST(TopLog, tells_each_service_at_first_in_one_line_the_worst_first) {
  TopLog log;
  const auto lines = log_lines(log, answer, Instant(0s));
  ASSERT_EQ(lines.size(), 5U);
  EXPECT_EQ(lines[1],
            "2026-11-21T10:00:00Z checkout MISSED 312/s of 311/s, 9 ready of 12, p99 161 ms, "
            "12/s missed");
  EXPECT_EQ(lines[4],
            "2026-11-21T10:00:00Z nightly idle 0/s of –/s, 1 ready of 1, p99 –, 0/s missed");
}

TEST(TopLog, tells_a_service_once_in_five_seconds_while_its_replicas_stay) {
  TopLog log;
  std::vector<Duration> told;
  for (Duration now{}; now <= 20s; now += 500ms)
    if (!log_lines(log, answer, Instant(now)).empty()) told.push_back(now);
  EXPECT_EQ(told, (std::vector<Duration>{0s, 5s, 10s, 15s, 20s}));
}

TEST(TopLog, tells_a_change_of_replicas_at_once_and_why) {
  TopLog log;
  EXPECT_EQ(log_lines(log, answer_with(9, 9), Instant(0s)).size(), 1U);
  const auto decided = log_lines(log, answer_with(9, 12), Instant(1s));
  ASSERT_EQ(decided.size(), 1U);
  EXPECT_EQ(decided.front(),
            "2026-11-21T10:00:00Z shop ok 312/s of 311/s, 9 ready of 12, p99 161 ms, 12/s missed; "
            "9 → 12: 402 requests/s expected");
  EXPECT_EQ(log_lines(log, answer_with(9, 12), Instant(2s)).size(), 0U);
  const auto started = log_lines(log, answer_with(11, 12), Instant(3s));
  ASSERT_EQ(started.size(), 1U);
  EXPECT_TRUE(started.front().ends_with(", 12/s missed")) << "nothing was decided";
  EXPECT_EQ(log_lines(log, answer_with(11, 12), Instant(7900ms)).size(), 0U)
      << "five seconds from the last line";
  EXPECT_EQ(log_lines(log, answer_with(11, 12), Instant(8s)).size(), 1U);
}

}  // namespace
}  // namespace headroom::report
