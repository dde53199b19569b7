// Reading recorded requests, and making demand and a workload of them.
#include "prove/recording.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

#include "core/csv.h"
#include "core/foreign.h"
#include "core/stamps.h"
#include "core/text.h"
#include "prove/demand.h"
#include "prove/workload.h"

namespace headroom::prove {
namespace {

constexpr std::string_view duration_columns[] = {"duration_seconds", "duration_ms"};
constexpr std::size_t nowhere = SIZE_MAX;
constexpr double ns_per_s = 1e9;

std::unexpected<Error> wrong(std::string message) {
  return fail(ErrorCode::invalid, std::move(message));
}

struct Columns {
  std::size_t count = 0;
  std::size_t stamp = nowhere;
  std::size_t duration = nowhere;
  std::string_view duration_name;
  double unit_s = 1;
};

struct Row {
  double stamp_s = 0;
  float service_s = 0;
};

std::size_t index_of(const std::vector<std::string_view>& names, std::string_view name) {
  const auto found = std::ranges::find(names, name);
  return found == names.end() ? nowhere : static_cast<std::size_t>(found - names.begin());
}

Result<Columns> columns_of(std::string_view header, const RecordingFormat& format) {
  const auto names = column_names(header);
  Columns columns;
  columns.count = names.size();
  columns.stamp = index_of(names, stamp_column);
  if (columns.stamp == nowhere)
    return wrong(fmt::format("{}:1: has no column '{}'; its columns are {}", format.file,
                             stamp_column, listed(names)));
  for (const std::string_view usual : duration_columns)
    if (format.column.empty() && columns.duration == nowhere)
      columns.duration = index_of(names, usual);
  if (!format.column.empty()) {
    columns.duration = index_of(names, format.column);
    if (columns.duration == nowhere || columns.duration == columns.stamp)
      return wrong(fmt::format("{}:1: has no column '{}' of durations; its columns are {}",
                               format.file, format.column, listed(names)));
  }
  if (columns.duration != nowhere) {
    columns.duration_name = names[columns.duration];
    columns.unit_s = columns.duration_name.ends_with("_ms") ? 1e-3 : 1;
  }
  return columns;
}

Result<Row> parse_row(std::string_view line, const Columns& columns) {
  const auto fields = two_fields(line, columns.count, columns.stamp, columns.duration);
  if (!fields) return wrong(fmt::format("has not the {} fields of the header", columns.count));
  const auto& [stamp, duration] = *fields;
  const auto stamp_s = parse_stamp(stamp);
  if (!stamp_s)
    return wrong(
        fmt::format("{} '{}' is not a number of seconds, nor a date such as "
                    "2026-11-21T10:00:00Z",
                    stamp_column, printable(stamp)));
  if (columns.duration == nowhere) return Row{.stamp_s = *stamp_s};
  const auto taken = parse_number(duration);
  if (!taken || *taken < 0)
    return wrong(fmt::format("{} '{}' is not a number from 0 on", printable(columns.duration_name),
                             printable(duration)));
  return Row{.stamp_s = *stamp_s, .service_s = static_cast<float>(*taken * columns.unit_s)};
}

Result<std::vector<Row>> rows_of(std::string_view rest, const Columns& columns,
                                 std::string_view file) {
  std::vector<Row> rows;
  for (std::size_t number = 2; !rest.empty(); ++number) {
    const std::string_view line = take_line(rest);
    if (line.empty() && rest.empty()) break;
    if (rows.size() == recorded_requests_max)
      return wrong(fmt::format("{}: has more than {} requests: choose a part of it", file,
                               recorded_requests_max));
    const auto row = parse_row(line, columns);
    if (!row) return wrong(fmt::format("{}:{}: {}", file, number, row.error().message));
    rows.push_back(*row);
  }
  if (rows.empty()) return wrong(fmt::format("{}: has no request", file));
  std::ranges::stable_sort(rows, {}, &Row::stamp_s);
  return rows;
}

bool is_whole(const Row& row) {
  return row.stamp_s == std::floor(row.stamp_s);
}

/// Requests that a log stamped with the second they ended in, of which somebody then took off how
/// long they took: those that took alike begin at the same moment of every second.
bool ends_are_whole(const std::vector<Row>& rows) {
  constexpr double rounding_s = 0.002;  // both are written to the millisecond, or better
  constexpr double nearly_all = 0.95;
  constexpr std::size_t enough = 20;
  const auto ends_whole = [](const Row& row) {
    const double end_s = row.stamp_s + static_cast<double>(row.service_s);
    return std::abs(end_s - std::round(end_s)) <= rounding_s;
  };
  return rows.size() >= enough && static_cast<double>(std::ranges::count_if(rows, ends_whole)) >=
                                      nearly_all * static_cast<double>(rows.size());
}

}  // namespace

bool is_recording(std::string_view csv) {
  const auto names = column_names(take_line(csv));
  if (index_of(names, stamp_column) == nowhere) return false;
  return names.size() == 1 || std::ranges::any_of(duration_columns, [&](std::string_view name) {
           return index_of(names, name) != nowhere;
         });
}

Result<Recording> parse_recording(std::string_view csv, const RecordingFormat& format) {
  TRY(check_is_csv(csv, format.file));
  const Columns columns = TRY(columns_of(take_line(csv), format));
  const std::vector<Row> rows = TRY(rows_of(csv, columns, format.file));
  if (const auto plausible = check_seconds(rows.front().stamp_s, rows.back().stamp_s, 0);
      !plausible)
    return wrong(fmt::format("{}: {}", format.file, plausible.error().message));
  Recording out;
  out.start_s = std::floor(rows.front().stamp_s);
  out.length_s = std::floor(rows.back().stamp_s) + 1 - out.start_s;
  if (out.length_s > static_cast<double>(demand_seconds_max))
    return wrong(
        fmt::format("{}: lasts {:.0f} days, at most {} are simulated: are its stamps "
                    "seconds?",
                    format.file, out.length_s / 86400, demand_seconds_max / 86400));
  out.whole_seconds = std::ranges::all_of(rows, is_whole);
  out.less_duration = !out.whole_seconds && ends_are_whole(rows);
  out.whole_seconds = out.whole_seconds || out.less_duration;
  out.at_ns.reserve(rows.size());
  for (const Row& row : rows) {
    const double stamp_s = out.whole_seconds ? std::floor(row.stamp_s) : row.stamp_s;
    out.at_ns.push_back(std::llround((stamp_s - out.start_s) * ns_per_s));
  }
  if (columns.duration == nowhere) return out;
  out.service_s.reserve(rows.size());
  for (const Row& row : rows) out.service_s.push_back(row.service_s);
  if (std::ranges::all_of(out.service_s, [](float s) { return s == 0; }))
    return wrong(
        fmt::format("{}: {} is 0 in every row", format.file, printable(columns.duration_name)));
  return out;
}

Result<Recording> slice(const Recording& recording, double from_s, double to_s) {
  Recording out;
  out.whole_seconds = recording.whole_seconds;
  out.less_duration = recording.less_duration;
  out.start_s = std::isinf(from_s) ? recording.start_s : from_s;
  const double end_s = std::isinf(to_s) ? recording.start_s + recording.length_s : to_s;
  out.length_s = end_s - out.start_s;
  const auto shift_ns = static_cast<std::int64_t>((out.start_s - recording.start_s) * ns_per_s);
  const auto end_ns = static_cast<std::int64_t>((end_s - recording.start_s) * ns_per_s);
  for (std::size_t i = 0; i < recording.at_ns.size(); ++i) {
    if (recording.at_ns[i] < shift_ns || recording.at_ns[i] >= end_ns) continue;
    out.at_ns.push_back(recording.at_ns[i] - shift_ns);
    if (!recording.service_s.empty()) out.service_s.push_back(recording.service_s[i]);
  }
  if (!out.at_ns.empty()) return out;
  return wrong(fmt::format("no request comes in [{}, {}): the recording covers [{}, {})",
                           out.start_s, end_s, recording.start_s,
                           recording.start_s + recording.length_s));
}

Result<Demand> demand_of(Recording recording, double speed, double history_share) {
  CHECK(speed > 0);
  const double length_s = std::ceil(recording.length_s / speed);
  if (length_s > static_cast<double>(demand_seconds_max))
    return wrong(
        fmt::format("at that speed the recording lasts {:.0f} days, at most {} are "
                    "simulated",
                    length_s / 86400, demand_seconds_max / 86400));
  Demand demand;
  demand.counts = true;
  demand.start_s = recording.start_s;
  demand.per_second.resize(std::max<std::size_t>(1, static_cast<std::size_t>(length_s)));
  for (std::int64_t& at_ns : recording.at_ns) {
    if (speed != 1) at_ns = static_cast<std::int64_t>(static_cast<double>(at_ns) / speed);
    const auto second = static_cast<std::size_t>(at_ns / 1'000'000'000);
    CHECK(second < demand.per_second.size());
    ++demand.per_second[second];
  }
  demand.scored_from =
      static_cast<std::size_t>(history_share * static_cast<double>(demand.per_second.size()));
  demand.recorded = std::make_shared<const Recording>(std::move(recording));
  return demand;
}

Workload workload_of(const Recording& recording, Workload like) {
  CHECK(!recording.service_s.empty());
  std::vector<float> sorted = recording.service_s;
  std::ranges::sort(sorted);
  // A table's worth of percentiles, closer together towards the longest.
  std::vector<Percentile> points;
  const auto last = static_cast<double>(sorted.size() - 1);
  const auto add = [&](double share) {
    const double seconds = sorted[static_cast<std::size_t>(std::lround(share * last))];
    if (points.empty() || share > points.back().share) points.push_back({share, seconds});
  };
  for (int i = 0; i <= 990; ++i) add(i / 1000.0);
  for (double tail = 0.01; tail * last > 1; tail *= 0.9) add(1 - tail);
  add(1);
  auto time = Distribution::empirical(points);
  CHECK(time.has_value());
  like.name = "recorded";
  like.service_time = *std::move(time);
  like.objective_s = default_objective_s(like);
  return like;
}

}  // namespace headroom::prove
