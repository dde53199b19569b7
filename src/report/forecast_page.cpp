// A forecast as a self-contained page.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/forecast.h"
#include "report/html.h"
#include "report/layout.h"
#include "report/plot.h"

namespace headroom::report {
namespace {

constexpr std::size_t past_horizons = 3;  // shown before the forecast

std::string page(const std::string& title, const std::string& trace,
                 const std::vector<std::string>& notes, const std::string& body) {
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta "
      "name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>headroom {0}"
      "</title><style>{1}</style></head><body><main>\n<header><h1>headroom <span>{0}</span></h1>"
      "<p>{2}</p></header>\n<section class=\"service\">",
      title, page_style, escape(trace));
  for (const std::string& note : notes)
    html += fmt::format("<p class=\"note\">{}</p>", escape(note));
  return html + body +
         fmt::format("</section><script>{}</script></main></body></html>\n", page_script);
}

std::string table(const std::vector<TableCells>& rows) {
  std::string html = "<table>";
  for (std::size_t r = 0; r < rows.size(); ++r) {
    html += "<tr>";
    for (std::size_t i = 0; i < rows[r].size(); ++i)
      html += fmt::format("<{0}{1}>{2}</{0}>", r == 0 ? "th" : "td", i == 0 ? "" : " class=\"n\"",
                          escape(rows[r][i]));
    html += "</tr>";
  }
  return html + "</table>";
}

/// The end of the trace in steps, and the quantiles after it.
Plot plot_of(const Ahead& ahead) {
  const forecast::Outlook& outlook = ahead.outlook;
  const auto bins = static_cast<std::size_t>(std::llround(outlook.step_s / ahead.series.bin_s));
  const forecast::Series past = forecast::coarser(ahead.series, bins);
  const std::size_t steps = outlook.steps.size();
  const std::size_t shown = std::min(past.values.size(), past_horizons * steps);
  const double begin_s = past.end_s() - outlook.step_s * static_cast<double>(shown);
  Plot plot;
  plot.title = "Demand";
  plot.unit = "a second";
  plot.note = "time since " + moment_text(begin_s, outlook.step_s);
  plot.height_px = 260;
  const auto line = [&](const char* name, const char* style) -> std::vector<double>& {
    plot.lines.push_back({name, style, Shape::line, std::vector<double>(shown + steps, no_value)});
    return plot.lines.back().values;
  };
  std::vector<double>& seen = line("seen", "demand");
  for (std::size_t i = 0; i < shown; ++i) seen[i] = past.values[past.values.size() - shown + i];
  struct Line {
    const char* name;
    const char* style;
    double p;
  };
  for (const Line& one : {Line{"p5", "draining", 0.05}, Line{"p50", "p50", 0.5},
                          Line{"p95", "late", 0.95}, Line{"p99", "p99", 0.99}}) {
    std::vector<double>& values = line(one.name, one.style);
    for (std::size_t i = 0; i < steps; ++i)
      values[shown + i] = outlook.steps[i].forecast.quantiles[forecast::place_of(one.p)];
  }
  for (std::size_t i = 0; i < shown + steps; ++i)
    plot.bin_ends_s.push_back(outlook.step_s * static_cast<double>(i + 1));
  return plot;
}

}  // namespace

std::string forecast_page(const Ahead& ahead) {
  std::vector<TableCells> rows{{"at", "p5", "p50", "p95", "p99"}};
  for (const forecast::Step& step : ahead.outlook.steps) {
    TableCells& row =
        rows.emplace_back(TableCells{moment_text(step.begin_s, ahead.outlook.step_s)});
    for (const double p : {0.05, 0.5, 0.95, 0.99})
      row.push_back(rate_text(step.forecast.quantiles[forecast::place_of(p)]));
  }
  return page("forecast", ahead.trace, forecast_notes(ahead), render(plot_of(ahead)) + table(rows));
}

std::string forecast_page(const Backtest& backtest) {
  return page("forecast, its past", backtest.trace, forecast_notes(backtest),
              table(lead_table(backtest)));
}

}  // namespace headroom::report
