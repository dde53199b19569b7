// A forecast, or what forecasts of the past were worth, for people and for programs.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "forecast/backtest.h"
#include "forecast/outlook.h"

namespace headroom::report {

/// What is ahead of a trace.
struct Ahead {
  std::string trace;  // as it was named
  forecast::Series series;
  forecast::Outlook outlook;
  std::vector<forecast::Event> events;
};

/// How well its own past would have been forecast.
struct Backtest {
  std::string trace;
  double bin_s = 1;
  std::size_t dropped = 0;  // bins at its begin that were left out
  forecast::Grid grid = {};
  std::vector<forecast::LeadScore> leads = {};
};

/// Lines of at most `width` columns: a line for each step, or for each lead.
[[nodiscard]] std::vector<std::string> forecast_text(const Ahead& ahead, std::size_t width);
[[nodiscard]] std::vector<std::string> forecast_text(const Backtest& backtest, std::size_t width);

/// {trace, from, step_s, seasons_s, notes, steps: [{at, quantiles: {p: rate}, naive_share: {…}}]}
[[nodiscard]] nlohmann::ordered_json forecast_json(const Ahead& ahead);
/// {trace, bin_s, seasons_s, leads: [{lead_s, scored, error, …}]}; rates per second.
[[nodiscard]] nlohmann::ordered_json forecast_json(const Backtest& backtest);

/// The same as a self-contained page.
[[nodiscard]] std::string forecast_page(const Ahead& ahead);
[[nodiscard]] std::string forecast_page(const Backtest& backtest);

/// What a reader has to know of these figures, a sentence each: seasons, gaps, refusals, events
/// that change nothing.
[[nodiscard]] std::vector<std::string> forecast_notes(const Ahead& ahead);
[[nodiscard]] std::vector<std::string> forecast_notes(const Backtest& backtest);

/// Head and rows of the table of leads.
using TableCells = std::vector<std::string>;
[[nodiscard]] std::vector<TableCells> lead_table(const Backtest& backtest);

/// Demand a second; with two digits where it is less than a tenth.
[[nodiscard]] std::string rate_text(double rate);

/// "2026-10-03 19:42" as exact as steps of `step_s` are; seconds where stamps count from a start.
[[nodiscard]] std::string moment_text(double stamp_s, double step_s);

}  // namespace headroom::report
