// Reading traces: columns, rows, the grid; slices and gaps.
#include "core/trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/csv.h"
#include "core/foreign.h"
#include "core/grid.h"
#include "core/rate_unit.h"
#include "core/stamps.h"
#include "core/text.h"
#include "core/uneven.h"

namespace headroom {
namespace {

constexpr std::string_view usual_column = "requests_per_second";
constexpr double slice_tolerance = 1e-3;  // of a bin; stamps are written rounded
constexpr double value_most = 1e15;       // either way: squares of it can still be added up
constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

struct Columns {
  std::size_t stamp = 0;
  std::size_t value = 0;
  std::size_t count = 0;
  std::string_view name;
};

struct Row {
  double stamp_s = 0;
  double value = nothing;
};

Result<std::size_t> value_column(const std::vector<std::string_view>& values,
                                 const TraceFormat& format) {
  if (values.empty())
    return fail(ErrorCode::invalid, fmt::format("{}: has no value column", format.file));
  const std::string_view wanted = !format.column.empty() ? format.column
                                  : values.size() == 1   ? values.front()
                                                         : usual_column;
  const auto found = std::find(values.begin(), values.end(), wanted);
  if (found != values.end()) return static_cast<std::size_t>(found - values.begin());
  if (format.column.empty())
    return fail(ErrorCode::invalid,
                fmt::format("{}: has several value columns; choose one with --column: {}; or say "
                            "--requests when each row is one request",
                            format.file, listed(values)));
  return fail(ErrorCode::invalid, fmt::format("{}: has no column '{}'; its columns are {}",
                                              format.file, wanted, listed(values)));
}

Result<Columns> parse_header(std::string_view line, const TraceFormat& format) {
  const auto names = column_names(line);
  const auto stamp = std::find(names.begin(), names.end(), stamp_column);
  if (stamp == names.end())
    return fail(ErrorCode::invalid, fmt::format("{}:1: has no column '{}'; its columns are {}",
                                                format.file, stamp_column, listed(names)));
  std::vector<std::string_view> values = names;
  const auto at = stamp - names.begin();
  values.erase(values.begin() + at);
  const std::size_t value = TRY(value_column(values, format));
  return Columns{.stamp = static_cast<std::size_t>(at),
                 .value = value < static_cast<std::size_t>(at) ? value : value + 1,
                 .count = names.size(),
                 .name = values[value]};
}

Result<Row> parse_row(std::string_view line, const Columns& columns) {
  const auto fields = two_fields(line, columns.count, columns.stamp, columns.value);
  if (!fields)
    return fail(ErrorCode::invalid,
                fmt::format("has not the {} fields of the header", columns.count));
  const auto& [stamp, value] = *fields;
  const auto stamp_s = parse_stamp(stamp);
  if (!stamp_s)
    return fail(ErrorCode::invalid,
                fmt::format("{} '{}' is not a number of seconds, nor a date such as "
                            "2026-11-21T10:00:00Z",
                            stamp_column, printable(stamp)));
  if (value.empty()) return Row{.stamp_s = *stamp_s};
  const auto number = parse_number(value);
  if (!number)
    return fail(ErrorCode::invalid, fmt::format("{} '{}' is not a finite number",
                                                printable(columns.name), printable(value)));
  if (std::abs(*number) > value_most)
    return fail(ErrorCode::invalid,
                fmt::format("{} '{}' is more than {:g}", printable(columns.name), printable(value),
                            value_most));
  return Row{.stamp_s = *stamp_s, .value = *number};
}

Result<std::vector<Row>> parse_rows(std::string_view rest, const Columns& columns,
                                    std::string_view file) {
  std::vector<Row> rows;
  for (std::size_t line_number = 2; !rest.empty(); ++line_number) {
    const std::string_view line = take_line(rest);
    if (line.empty() && rest.empty()) break;
    auto row = parse_row(line, columns);
    if (row && !rows.empty() && row->stamp_s == rows.back().stamp_s)
      row = fail(ErrorCode::invalid,
                 fmt::format("{} {} is there twice, on line {} too; where each row is one "
                             "request, say --requests",
                             stamp_column, stamp_text(row->stamp_s), line_number - 1));
    else if (row && !rows.empty() && row->stamp_s < rows.back().stamp_s)
      row = fail(ErrorCode::invalid,
                 fmt::format("{} {} comes after {}: rows must be sorted", stamp_column,
                             stamp_text(row->stamp_s), stamp_text(rows.back().stamp_s)));
    if (!row)
      return fail(row.error().code,
                  fmt::format("{}:{}: {}", file, line_number, row.error().message));
    rows.push_back(*row);
  }
  if (rows.size() < 2)
    return fail(ErrorCode::invalid,
                fmt::format("{}: has {} {} of values; two are the least that tell the bin width",
                            file, rows.size(), rows.size() == 1 ? "row" : "rows"));
  return rows;
}

Result<Grid> grid_of(const std::vector<double>& stamps, std::string_view file) {
  Grid grid = find_grid(stamps);
  if (grid.misfits > 0)
    return fail(ErrorCode::invalid, fmt::format("{}:{}", file, uneven_text(stamps, grid)));
  const auto crowded = std::ranges::adjacent_find(grid.places);
  if (crowded != grid.places.end()) {
    const auto row = static_cast<std::size_t>(crowded - grid.places.begin());
    return fail(ErrorCode::invalid,
                fmt::format("{}:{}: {} {} is in the same bin of {:.6g} s as {} on line {}", file,
                            line_of(row + 1), stamp_column, stamp_text(stamps[row + 1]), grid.bin,
                            stamp_text(stamps[row]), line_of(row)));
  }
  return grid;
}

/// Before a grid is looked for, and with what was found.
Result<> check_unit(const std::vector<double>& stamps, double bin, std::string_view file) {
  const auto plausible = check_seconds(stamps.front(), stamps.back(), bin);
  if (plausible) return {};
  return fail(plausible.error().code, fmt::format("{}: {}", file, plausible.error().message));
}

Result<std::vector<double>> on_grid(const std::vector<Row>& rows, const Grid& grid,
                                    std::string_view file) {
  const double bins = grid.places.back() - grid.places.front() + 1;
  if (bins > static_cast<double>(trace_bins_max))
    return fail(ErrorCode::invalid, fmt::format("{}: spans {:.0f} bins of {} s, more than {}", file,
                                                bins, grid.bin, trace_bins_max));
  std::vector<double> values(static_cast<std::size_t>(bins), nothing);
  for (std::size_t i = 0; i < rows.size(); ++i)
    values[static_cast<std::size_t>(grid.places[i] - grid.places.front())] = rows[i].value;
  return values;
}

struct Gap {
  std::size_t begin = 0;  // the first unknown bin
  std::size_t end = 0;
};

std::string gap_text(const Trace& trace, const Gap& gap, std::size_t longest) {
  const auto stamp = [&trace](std::size_t bin) {
    return stamp_text(trace.start_s + trace.bin_s * static_cast<double>(bin));
  };
  const std::size_t length = gap.end - gap.begin;
  return fmt::format(
      "{} is unknown for {} bins from {} to {}, {}: at most {} are filled in; write "
      "rows with 0 where nothing came, or take a part without the gap",
      printable(trace.column, 40), length, stamp(gap.begin), stamp(gap.end),
      length_text(trace.bin_s * static_cast<double>(length)), longest);
}

/// A counter of everything so far, of which a rate must be made first.
bool only_grows(const std::vector<Row>& rows, std::string_view column) {
  constexpr std::size_t enough = 3;
  return rows.size() >= enough && column.ends_with("_total") &&
         rows.back().value > rows.front().value && std::ranges::is_sorted(rows, {}, &Row::value);
}

Result<double> factor_of(const std::vector<Row>& rows, std::string_view column, double bin_s,
                         std::string_view file) {
  if (only_grows(rows, column))
    return fail(ErrorCode::invalid,
                fmt::format("{}: column '{}' only grows, so it counts all so far: read is a rate, "
                            "in Prometheus rate(…[1m])",
                            file, printable(column, 40)));
  auto factor = per_second(column, bin_s);
  if (factor) return factor;
  return fail(factor.error().code, fmt::format("{}: {}", file, factor.error().message));
}

}  // namespace

Result<Trace> parse_trace(std::string_view csv, const TraceFormat& format) {
  if (trim(csv).empty()) return fail(ErrorCode::invalid, fmt::format("{}: is empty", format.file));
  TRY(check_is_csv(csv, format.file));
  std::string_view rest = csv;
  const Columns columns = TRY(parse_header(take_line(rest), format));
  const std::vector<Row> rows = TRY(parse_rows(rest, columns, format.file));
  std::vector<double> stamps;
  stamps.reserve(rows.size());
  for (const Row& row : rows) stamps.push_back(row.stamp_s);
  TRY(check_unit(stamps, 0, format.file));
  const Grid grid = TRY(grid_of(stamps, format.file));
  TRY(check_unit(stamps, grid.bin, format.file));
  // Not within the braces below: leaving them early, GCC 12 does not destroy what is made already.
  std::vector<double> values = TRY(on_grid(rows, grid, format.file));
  const double factor = TRY(factor_of(rows, columns.name, grid.bin, format.file));
  for (double& value : values) value *= factor;
  return Trace{.column = std::string(columns.name),
               .start_s = grid.start + grid.bin * grid.places.front(),
               .bin_s = grid.bin,
               .values = std::move(values)};
}

Result<Trace> slice(const Trace& trace, double from_s, double to_s) {
  const auto bins = static_cast<double>(trace.values.size());
  const auto bin_at = [&](double stamp_s) {  // the first bin that begins at `stamp_s` or later
    const double place = (stamp_s - trace.start_s) / trace.bin_s;
    return static_cast<std::ptrdiff_t>(std::clamp(std::ceil(place - slice_tolerance), 0.0, bins));
  };
  const std::ptrdiff_t first = bin_at(from_s);
  const std::ptrdiff_t last = bin_at(to_s);
  if (first >= last)
    return fail(ErrorCode::invalid,
                fmt::format("no bin of the trace begins in [{}, {}): it covers [{}, {}) in bins of "
                            "{} s",
                            from_s, to_s, trace.start_s, trace.end_s(), trace.bin_s));
  return Trace{.column = trace.column,
               .start_s = trace.start_s + trace.bin_s * static_cast<double>(first),
               .bin_s = trace.bin_s,
               .values = {trace.values.begin() + first, trace.values.begin() + last}};
}

Result<Trace> fill_gaps(Trace trace, std::size_t longest) {
  std::vector<double>& values = trace.values;
  for (std::size_t begin = 0; begin < values.size();) {
    if (!Trace::unknown(values[begin])) {
      ++begin;
      continue;
    }
    std::size_t end = begin;
    while (end < values.size() && Trace::unknown(values[end])) ++end;
    const std::size_t length = end - begin;
    if (length > longest || length == values.size())
      return fail(ErrorCode::invalid, gap_text(trace, {begin, end}, longest));
    const double before = begin > 0 ? values[begin - 1] : values[end];
    const double after = end < values.size() ? values[end] : before;
    for (std::size_t i = begin; i < end; ++i)
      values[i] = std::lerp(before, after,
                            static_cast<double>(i - begin + 1) / static_cast<double>(length + 1));
    begin = end;
  }
  return trace;
}

}  // namespace headroom
