// headroom forecast: what demand a recorded trace leads to, or how well that would have been told.
#include <fmt/format.h>

#include <algorithm>
#include <CLI/CLI.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/forecast_options.h"
#include "cli/page.h"
#include "cli/progress.h"
#include "cli/terminal.h"
#include "cli/trace_line.h"
#include "forecast/backtest.h"
#include "report/forecast.h"

namespace headroom::cli {
namespace {

constexpr std::size_t leads_most = 7;
constexpr std::size_t backtest_bins_most = 60'000;  // the latest: 41 days of minutes

/// One bin, and then about evenly spaced in logarithms up to the horizon.
std::vector<std::size_t> leads_of(const ForecastOrder& order) {
  const double last = std::max(1.0, std::floor(order.horizon_s / order.series.bin_s + 1e-9));
  std::vector<std::size_t> leads;
  for (std::size_t i = 0; i < leads_most; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(leads_most - 1);
    const auto lead = static_cast<std::size_t>(std::llround(std::pow(last, share)));
    if (leads.empty() || lead > leads.back()) leads.push_back(lead);
  }
  return leads;
}

Result<report::Backtest> tried(const ForecastOptions& options, const ForecastOrder& order) {
  std::vector<double> values = forecast::without_events(order.series, order.events);
  report::Backtest backtest{.trace = options.trace.file, .bin_s = order.series.bin_s};
  if (values.size() > backtest_bins_most) {
    backtest.dropped = values.size() - backtest_bins_most;
    values.erase(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(backtest.dropped));
  }
  backtest.grid = forecast::grid_of(order.series.bin_s, values.size(), order.seasons());
  const std::vector<std::size_t> leads = leads_of(order);
  Progress progress(leads.size());
  for (const std::size_t lead : leads) {
    backtest.leads.push_back(forecast::backtest(values, backtest.grid, lead));
    progress.done(fmt::format("{} bins ahead", lead));
  }
  if (std::ranges::all_of(backtest.leads, [](const auto& one) { return one.scored == 0; }))
    return fail(
        ErrorCode::invalid,
        fmt::format("{} is too short to score a forecast in its second half", options.trace.file));
  return backtest;
}

template <class Shown>
Result<Exit> show(const Shown& shown, const ForecastOptions& options) {
  if (!options.report.empty()) TRY(write_page(options.report, report::forecast_page(shown)));
  if (options.format == "json") {
    fmt::print("{}\n", report::forecast_json(shown).dump(1));
    return Exit::done;
  }
  for (const std::string& line : report::forecast_text(shown, terminal_columns()))
    fmt::print("{}\n", line);
  return Exit::done;
}

Result<Exit> run(const ForecastOptions& options) {
  TRY(check_page(options.report));
  const ForecastOrder order = TRY(order_of(options));
  TraceLines().say(order.read);
  if (options.backtest) return show(TRY(tried(options, order)), options);
  report::Ahead ahead{
      .trace = options.trace.file,
      .series = order.series,
      .outlook = forecast::look_ahead(order.series, order.horizon_s, order.events, order.seasons()),
      .events = order.events};
  return show(ahead, options);
}

}  // namespace

void add_forecast(CLI::App& app, Action& chosen) {
  CLI::App* command =
      app.add_subcommand("forecast", "Say what demand a recorded trace leads to, with its odds");
  auto options = std::make_shared<ForecastOptions>();
  add_trace_options(*command, options->trace)->required();
  command->add_flag("--requests", options->requests,
                    "the trace has one row a request: they are counted by the second, of more than "
                    "a day by the minute");
  command->add_option("--horizon", options->horizon, "how far ahead, such as 30s, 6h or 2d")
      ->required();
  command
      ->add_option(
          "--season", options->seasons,
          "what repeats: day, week, none or a duration; two with a comma: day,week; found by "
          "itself unless given")
      ->delimiter(',')
      ->allow_extra_args(false);
  command
      ->add_option("--event", options->events,
                   "BEGIN,FOR,TIMES[,SPREAD]: demand announced to be so many times the usual; may "
                   "be repeated")
      ->allow_extra_args(false);
  command->add_flag("--backtest", options->backtest,
                    "instead: forecast the trace's own past, and score it by lead");
  command->add_option("--format", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->add_option("--report", options->report, "write an HTML page");
  command->callback([&chosen, options] { chosen = [options] { return run(*options); }; });
}

}  // namespace headroom::cli
