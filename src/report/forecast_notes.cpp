// What has to be said beside the figures of a forecast.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "core/date.h"
#include "core/stamps.h"
#include "core/text.h"
#include "report/forecast.h"
#include "report/layout.h"

namespace headroom::report {
namespace {

constexpr std::array shown_p{0.5, 0.9, 0.99};

std::string span_text(double s) {
  return format_duration(from_seconds(s));
}

std::string season_note(const forecast::Grid& grid) {
  if (grid.day == 0) return "no season: the trace has too few days for one, or none was asked for";
  const auto length = [&grid](std::size_t bins) {
    return span_text(grid.bin_s * static_cast<double>(bins));
  };
  std::string text = "seasons: " + length(grid.day);
  if (grid.week > 0) text += " and " + length(grid.week);
  return text;
}

std::string ratio_cell(std::optional<double> ratio) {
  return ratio ? fmt::format("{:.2f}", *ratio) : "–";
}

/// Against the better of day and week.
std::optional<double> against_season(const forecast::LeadScore& score) {
  const auto day = score.against(forecast::Point::day_naive);
  const auto week = score.against(forecast::Point::week_naive);
  if (!day || !week) return day ? day : week;
  return std::max(*day, *week);
}

std::string of_demand(double part, double mean) {
  return mean > 0 ? share_text(part / mean) : "–";
}

/// Where no model acts: how many steps, and of which p; a sentence for each number of steps.
std::vector<std::string> refusal_notes(const forecast::Outlook& outlook) {
  std::vector<std::pair<std::size_t, std::string>> refusals;
  for (const double p : shown_p) {
    const auto refused = static_cast<std::size_t>(std::ranges::count_if(
        outlook.steps,
        [place = forecast::place_of(p)](const auto& one) { return one.forecast.refused(place); }));
    if (refused == 0) continue;
    const std::string name = fmt::format("p{:g}", 100 * p);
    if (refusals.empty() || refusals.back().first != refused)
      refusals.emplace_back(refused, name);
    else
      refusals.back().second += ", " + name;
  }
  std::vector<std::string> notes;
  for (const auto& [refused, names] : refusals)
    notes.push_back(fmt::format(
        "{}: no model has beaten the naive forecasts for {} of {}: there those are shown", names,
        refused, counted(outlook.steps.size(), "step")));
  return notes;
}

/// Such as one of another year: a slip, most likely.
std::vector<std::string> event_notes(const Ahead& ahead) {
  const forecast::Outlook& outlook = ahead.outlook;
  const double end_s =
      ahead.series.end_s() + outlook.step_s * static_cast<double>(outlook.steps.size());
  std::vector<std::string> notes;
  for (const forecast::Event& event : ahead.events)
    if (event.begin_s >= end_s || event.begin_s + event.length_s <= ahead.series.start_s)
      notes.push_back(fmt::format(
          "the event of {} is neither within the trace nor within the horizon: it changes nothing",
          moment_text(event.begin_s, outlook.step_s)));
  return notes;
}

}  // namespace

std::string rate_text(double rate) {
  return rate > 0 && rate < 0.1 ? fmt::format("{:.2g}", rate) : rough(rate);
}

std::string moment_text(double stamp_s, double step_s) {
  if (!is_date(stamp_s)) return fmt::format("{:.10g}", stamp_s);
  constexpr double minute_s = 60;
  std::string date = format_date(WallTime(from_seconds(stamp_s)));
  date[date.find('T')] = ' ';
  return date.substr(0, step_s >= minute_s ? 16 : 19);
}

std::vector<std::string> forecast_notes(const Ahead& ahead) {
  const forecast::Outlook& outlook = ahead.outlook;
  std::vector<std::string> notes{season_note(outlook.grid)};
  if (outlook.unknown_bins > 0)
    notes.push_back(
        fmt::format("nothing is known of the last {} of the trace: forecast as if usual",
                    span_text(ahead.series.bin_s * static_cast<double>(outlook.unknown_bins))));
  if (outlook.outage)
    notes.emplace_back(
        "the trace ends in an outage: it is not learned, and what is usual is expected back");
  for (std::string& note : event_notes(ahead)) notes.push_back(std::move(note));
  if (std::ranges::none_of(outlook.steps, [](const auto& one) { return one.forecast.learned; })) {
    notes.emplace_back(
        "too short to know how far forecasts are off: every quantile is demand as it is now");
    return notes;
  }
  for (std::string& note : refusal_notes(outlook)) notes.push_back(std::move(note));
  return notes;
}

std::vector<std::string> forecast_notes(const Backtest& backtest) {
  std::vector<std::string> notes{season_note(backtest.grid)};
  if (backtest.dropped > 0)
    notes.push_back(
        fmt::format("the first {} of the trace are left out", counted(backtest.dropped, "bin")));
  notes.emplace_back(
      "each forecast is made with what was known before it; error: of the median, in percent of "
      "mean demand; the next three: pinball loss over all p ÷ that of a naive forecast, of the "
      "same time a day (or week) before, of Holt-Winters, each with errors as differences or as "
      "ratios, whichever turned out better; covered: share between p5 and p95");
  notes.emplace_back(
      "short, beyond: how much demand exceeded p99 and p99 exceeded demand on average, in percent "
      "of mean demand; acts: share of forecasts of p50 / p99 in which models had a part");
  return notes;
}

std::vector<TableCells> lead_table(const Backtest& backtest) {
  using forecast::place_of;
  std::vector<TableCells> rows{
      {"lead", "scored", "error", "naive", "season", "H-W", "covered", "short", "beyond", "acts"}};
  for (const forecast::LeadScore& one : backtest.leads) {
    const auto at = [](const forecast::Quantiles& values, double p) {
      return values.at(place_of(p));
    };
    rows.push_back(
        {span_text(backtest.bin_s * static_cast<double>(one.lead)), grouped(one.scored),
         of_demand(one.error, one.mean), ratio_cell(one.against(forecast::Point::naive)),
         ratio_cell(against_season(one)), ratio_cell(one.against(forecast::Point::holt_winters)),
         fmt::format("{:.1f}%", 100 * one.covered), of_demand(at(one.short_of, 0.99), one.mean),
         of_demand(at(one.beyond, 0.99), one.mean),
         fmt::format("{:.0f}/{:.0f}%", 100 * (1 - at(one.refused, 0.5)),
                     100 * (1 - at(one.refused, 0.99)))});
  }
  return rows;
}

}  // namespace headroom::report
