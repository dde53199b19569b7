// What is said beside a forecast, and figures that are the same in the terminal and on the page.
#include "report/forecast.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace headroom::report {
namespace {

using forecast::place_of;

constexpr double begin_s = 1'764'547'200;  // 2025-12-01 00:00
constexpr double minute_s = 60;

/// An hour of minutes, and four more ahead of it, in which models act.
Ahead an_hour() {
  Ahead ahead{.trace = "shop.csv",
              .series = {.start_s = begin_s, .bin_s = minute_s, .values = std::vector(60, 0.031)},
              .outlook = {.step_s = minute_s, .grid = {.bin_s = minute_s}},
              .events = {}};
  for (int i = 0; i < 4; ++i) {
    forecast::Step step{ahead.series.end_s() + minute_s * i, {}};
    step.forecast.learned = true;
    step.forecast.quantiles.fill(0.031);
    ahead.outlook.steps.push_back(step);
  }
  return ahead;
}

bool holds(const std::vector<std::string>& notes, const std::string& note) {
  return std::ranges::find(notes, note) != notes.end();
}

std::size_t notes_of_events(const Ahead& ahead) {
  const auto notes = forecast_notes(ahead);
  return static_cast<std::size_t>(std::ranges::count_if(
      notes, [](const std::string& note) { return note.find("event") != std::string::npos; }));
}

TEST(ForecastReport, quantiles_that_refuse_as_often_share_a_sentence) {
  Ahead ahead = an_hour();
  EXPECT_EQ(forecast_notes(ahead).size(), 1U) << "the season alone";
  for (auto& step : ahead.outlook.steps)
    for (const double p : {0.5, 0.9}) step.forecast.naive_share[place_of(p)] = 1;
  ahead.outlook.steps[0].forecast.naive_share[place_of(0.99)] = 1;
  const auto notes = forecast_notes(ahead);
  ASSERT_EQ(notes.size(), 3U);
  EXPECT_TRUE(holds(notes,
                    "p50, p90: no model has beaten the naive forecasts for 4 of 4 steps: there "
                    "those are shown"));
  EXPECT_TRUE(holds(
      notes,
      "p99: no model has beaten the naive forecasts for 1 of 4 steps: there those are shown"));
}

TEST(ForecastReport, an_event_that_changes_nothing_is_told) {
  const double hour_s = 60 * minute_s;
  struct Case {
    double from_s;
    double length_s;
    std::size_t told;
  };
  for (const Case& one : {Case{-hour_s, hour_s, 1},      // over when the trace begins
                          {-hour_s, hour_s + 1, 0},      // its last second is in it
                          {hour_s, hour_s, 0},           // ahead
                          {hour_s + 239, hour_s, 0},     // begins in the last step
                          {hour_s + 240, hour_s, 1}}) {  // after all steps
    Ahead ahead = an_hour();
    ahead.events = {{.begin_s = begin_s + one.from_s, .length_s = one.length_s, .multiple = 3}};
    EXPECT_EQ(notes_of_events(ahead), one.told) << one.from_s;
  }
  Ahead ahead = an_hour();
  ahead.events = {{.begin_s = begin_s + 365 * 24 * hour_s, .length_s = hour_s, .multiple = 3}};
  EXPECT_TRUE(holds(forecast_notes(ahead),
                    "the event of 2026-12-01 00:00 is neither within the trace nor within the "
                    "horizon: it changes nothing"));
}

TEST(ForecastReport, few_requests_are_no_zero_in_the_terminal_nor_on_the_page) {
  const Ahead ahead = an_hour();
  EXPECT_NE(forecast_text(ahead, 80).back().find("0.031"), std::string::npos);
  EXPECT_NE(forecast_page(ahead).find("<td class=\"n\">0.031</td>"), std::string::npos);
}

}  // namespace
}  // namespace headroom::report
