// From options to a series, a horizon, seasons and events.
#include "cli/forecast_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/recording_file.h"
#include "cli/trace_line.h"
#include "core/stamps.h"
#include "core/text.h"

namespace headroom::cli {
namespace {

constexpr double day_s = 86400;
constexpr double horizon_most_s = 14 * day_s;
constexpr double season_most_s = 31 * day_s;
constexpr std::size_t season_bins_least = 4;
constexpr double seasons_least = 3;  // of the shorter one in the trace
constexpr double week_s = 7 * day_s;
constexpr double weeks_least = 16.0 / 7;
constexpr std::size_t bins_least = 30;
constexpr double multiple_most = 1000;
constexpr double spread_most = 100;

std::unexpected<Error> wrong(std::string message) {
  return fail(ErrorCode::invalid, std::move(message));
}

Result<double> horizon_of(const ForecastOptions& options, const forecast::Series& series) {
  const auto parsed = parse_duration(options.horizon);
  const double horizon_s = parsed ? seconds(*parsed) : 0;
  if (horizon_s < series.bin_s || horizon_s > horizon_most_s)
    return wrong(fmt::format("--horizon '{}' is not a duration from {} (a bin of the trace) to 14d",
                             printable(options.horizon),
                             format_duration(from_seconds(series.bin_s))));
  const double length_s = series.end_s() - series.start_s;
  if (horizon_s > length_s / 2)
    return wrong(fmt::format("--horizon {} is more than half of the trace, which has {}",
                             options.horizon, format_duration(from_seconds(length_s))));
  return horizon_s;
}

/// What seasons are made of: the trace's bins, or the coarser steps of a long horizon.
struct Unit {
  double length_s = 0;
  std::string name;  // with its length, for people
};

Unit unit_of(const ForecastOptions& options, const ForecastOrder& order) {
  const double bin_s = order.series.bin_s;
  const std::size_t bins = options.backtest ? 1 : forecast::bins_per_step(bin_s, order.horizon_s);
  const double length_s = bin_s * static_cast<double>(bins);
  const std::string length = format_duration(from_seconds(length_s));
  return {length_s, bins == 1 ? fmt::format("bins, which are {}", length)
                              : fmt::format("steps, which are {} with --horizon {}", length,
                                            options.horizon)};
}

Result<double> season_s(const std::string& text, const Unit& unit) {
  if (text == "day") return day_s;
  if (text == "week") return 7 * day_s;
  const auto parsed = parse_duration(text);
  if (!parsed || seconds(*parsed) <= 0 || seconds(*parsed) > season_most_s)
    return wrong(
        fmt::format("--season '{}' is not day, week, none or a duration such as 12h, up to 31d",
                    printable(text)));
  const double units = seconds(*parsed) / unit.length_s;
  if (std::abs(units - std::round(units)) > 1e-6)
    return wrong(fmt::format("--season {} is no whole number of {}", printable(text), unit.name));
  return seconds(*parsed);
}

Result<std::optional<std::vector<double>>> seasons_of(const ForecastOptions& options,
                                                      const forecast::Series& series,
                                                      const Unit& unit) {
  if (options.seasons.empty()) return std::nullopt;
  std::vector<double> found;
  if (options.seasons == std::vector<std::string>{"none"}) return found;
  for (const std::string& text : options.seasons) found.push_back(TRY(season_s(text, unit)));
  std::ranges::sort(found);
  if (found.size() > 2)
    return wrong("--season is given more than twice: a short one and a long one are the most");
  if (found.size() == 2 && std::abs(std::remainder(found[1], found[0])) > 1e-6)
    return wrong("--season: the longer one is no multiple of the shorter one");
  if (found.front() < static_cast<double>(season_bins_least) * series.bin_s)
    return wrong(fmt::format("--season is shorter than {} bins of the trace", season_bins_least));
  const double length_s = series.end_s() - series.start_s;
  // As for one that is found by itself: three days, or two weeks and two days.
  const double least_s =
      found.front() < week_s ? seasons_least * found.front() : found.front() * weeks_least;
  if (least_s > length_s)
    return wrong(fmt::format("--season {}: the trace has {}, and {} is the least for it",
                             format_duration(from_seconds(found.front())),
                             format_duration(from_seconds(length_s)),
                             format_duration(from_seconds(least_s))));
  return found;
}

Result<forecast::Event> event_of(const std::string& text) {
  const auto parts = split(text, ',');
  forecast::Event event;
  const auto bad = [&text] {
    return wrong(
        fmt::format("--event '{}' is not BEGIN,FOR,TIMES or BEGIN,FOR,TIMES,SPREAD, such as "
                    "2026-12-24T18:00:00Z,2h,3,50%",
                    printable(text)));
  };
  if (parts.size() < 3 || parts.size() > 4) return bad();
  const auto begin = parse_stamp(parts[0]);
  const auto length = parse_duration(parts[1]);
  const auto multiple = parse_number(parts[2]);
  if (!begin || !length || seconds(*length) <= 0 || !multiple || *multiple <= 0 ||
      *multiple > multiple_most)
    return bad();
  event = {.begin_s = *begin, .length_s = seconds(*length), .multiple = *multiple, .spread = 0};
  if (parts.size() == 3) return event;
  std::string_view spread = parts[3];
  const bool percent = spread.ends_with('%');
  if (percent) spread.remove_suffix(1);
  const auto number = parse_number(spread);
  if (!number || *number < 0 || *number > spread_most * (percent ? 100 : 1)) return bad();
  event.spread = percent ? *number / 100 : *number;
  return event;
}

/// Requests in each second, or of more than a day in each minute that is whole.
Trace counted(const prove::Recording& recording) {
  const double bin_s = recording.length_s > day_s ? 60 : 1;
  Trace trace{.column = "requests", .start_s = recording.start_s, .bin_s = bin_s, .values = {}};
  trace.values.resize(static_cast<std::size_t>(recording.length_s / bin_s));
  for (const std::int64_t at_ns : recording.at_ns) {
    const auto bin = static_cast<std::size_t>(1e-9 * static_cast<double>(at_ns) / bin_s);
    if (bin < trace.values.size()) trace.values[bin] += 1 / bin_s;
  }
  return trace;
}

/// A rate over time as it is, or counted requests; and what it was read from, for people.
Result<Trace> demand_of(const ForecastOptions& options, std::string& read) {
  if (const auto recording = TRY(read_recording(options.trace, options.requests))) {
    read = trace_line(options.trace.file, *recording);
    return counted(*recording);
  }
  Trace trace = TRY(read_trace(options.trace));
  read = trace_line(options.trace.file, trace);
  return trace;
}

}  // namespace

Result<ForecastOrder> order_of(const ForecastOptions& options) {
  ForecastOrder order;
  const Trace trace = TRY(demand_of(options, order.read));
  order.series = {.start_s = trace.start_s, .bin_s = trace.bin_s, .values = trace.values};
  const auto known = static_cast<std::size_t>(
      std::ranges::count_if(trace.values, [](double value) { return !Trace::unknown(value); }));
  if (known < bins_least)
    return wrong(fmt::format("{} has {} known bins; {} are the least that a forecast is made from",
                             options.trace.file, known, bins_least));
  const auto negative = std::ranges::find_if(trace.values, [](double value) { return value < 0; });
  if (negative != trace.values.end())
    return wrong(fmt::format("{} has {:g}, less than 0: demand is never negative",
                             options.trace.file, *negative));
  order.horizon_s = TRY(horizon_of(options, order.series));
  order.seasons_s = TRY(seasons_of(options, order.series, unit_of(options, order)));
  for (const std::string& text : options.events) order.events.push_back(TRY(event_of(text)));
  return order;
}

}  // namespace headroom::cli
