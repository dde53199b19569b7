// A forecast as lines for a terminal.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/text.h"
#include "report/forecast.h"
#include "report/layout.h"

namespace headroom::report {
namespace {

constexpr std::array shown_p{0.05, 0.5, 0.95, 0.99};
constexpr std::size_t number_width = 9;
/// In a narrow terminal, where the year is left out too.
constexpr std::size_t narrow_number_width = 7;
constexpr std::size_t year_columns = 5;
constexpr std::size_t drawing_least = 12;

void add_notes(std::vector<std::string>& lines, const std::vector<std::string>& notes,
               std::size_t width) {
  for (const std::string& note : notes)
    for (std::string& line : wrap(note, width)) lines.push_back(std::move(line));
}

/// From p5 to p95 a line, a point at the median, on a scale from 0 to `most`.
std::string drawing(const forecast::Quantiles& quantiles, double most, std::size_t width) {
  const auto column = [&](double p) {
    const double share = most > 0 ? quantiles[forecast::place_of(p)] / most : 0;
    return static_cast<std::size_t>(std::clamp(std::floor(share * static_cast<double>(width)), 0.0,
                                               static_cast<double>(width - 1)));
  };
  const std::size_t low = column(0.05);
  const std::size_t middle = column(0.5);
  const std::size_t high = column(0.95);
  std::string text(low, ' ');
  for (std::size_t i = low; i <= high; ++i) text += i == middle ? "●" : "─";
  return text;
}

}  // namespace

std::vector<std::string> forecast_text(const Ahead& ahead, std::size_t width) {
  const forecast::Outlook& outlook = ahead.outlook;
  std::vector<std::string> lines =
      wrap(fmt::format("{}: mean demand a second, in steps of {} from {}", ahead.trace,
                       format_duration(from_seconds(outlook.step_s)),
                       moment_text(ahead.series.end_s(), ahead.series.bin_s)),
           width);
  add_notes(lines, forecast_notes(ahead), width);
  double most = 0;
  std::size_t moment_width = 2;
  for (const forecast::Step& step : outlook.steps) {
    most = std::max(most, step.forecast.quantiles[forecast::place_of(0.95)]);
    moment_width = std::max(moment_width, columns(moment_text(step.begin_s, outlook.step_s)));
  }
  const bool narrow = moment_width + shown_p.size() * number_width > width;
  const std::size_t each = narrow ? narrow_number_width : number_width;
  const auto when = [&](const forecast::Step& step) {
    const std::string text = moment_text(step.begin_s, outlook.step_s);
    const bool dated = columns(text) > year_columns && text[year_columns - 1] == '-';
    return narrow && dated ? text.substr(year_columns) : text;
  };
  moment_width = 2;
  for (const forecast::Step& step : outlook.steps)
    moment_width = std::max(moment_width, columns(when(step)));
  std::string head = left("at", moment_width);
  for (const double p : shown_p) head += right(fmt::format("p{:g}", 100 * p), each);
  const std::size_t used = columns(head) + 2;
  const std::size_t drawn = width >= used + drawing_least ? width - used : 0;
  lines.emplace_back();
  lines.push_back(head + (drawn > 0 ? "  p5 to p95" : ""));
  for (const forecast::Step& step : outlook.steps) {
    std::string line = left(when(step), moment_width);
    for (const double p : shown_p)
      line += right(rate_text(step.forecast.quantiles[forecast::place_of(p)]), each);
    if (drawn > 0) line += "  " + drawing(step.forecast.quantiles, most, drawn);
    lines.push_back(std::move(line));
  }
  for (std::string& line : lines) line = clip(line, width);
  return lines;
}

std::vector<std::string> forecast_text(const Backtest& backtest, std::size_t width) {
  std::vector<std::string> lines =
      wrap(fmt::format("{}: its own past, forecast and scored", backtest.trace), width);
  add_notes(lines, forecast_notes(backtest), width);
  lines.emplace_back();
  const auto rows = lead_table(backtest);
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns(row[i]));
  for (const auto& row : rows) {
    std::string line = left(row[0], widths[0]);
    for (std::size_t i = 1; i < row.size(); ++i) line += right(row[i], widths[i] + 2);
    lines.push_back(std::move(line));
  }
  for (std::string& line : lines) line = clip(line, width);
  return lines;
}

}  // namespace headroom::report
