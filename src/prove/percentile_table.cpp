// Finding a row and reading its columns.
#include "prove/percentile_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/csv.h"
#include "core/text.h"

namespace headroom::prove {
namespace {

/// 0.25 for "p25_ms".
std::optional<double> share_of(std::string_view column) {
  if (!column.starts_with('p') || !column.ends_with("_ms")) return std::nullopt;
  const auto percent = parse_number(column.substr(1, column.size() - 4));
  if (!percent || *percent < 0 || *percent > 100) return std::nullopt;
  return *percent / 100;
}

Result<PercentileRow> read_row(const std::vector<std::string_view>& columns,
                               const std::vector<std::string_view>& cells, std::string_view where) {
  if (cells.size() != columns.size())
    return fail(ErrorCode::invalid, fmt::format("{}: {} columns, the header has {}", where,
                                                cells.size(), columns.size()));
  PercentileRow row{.name = std::string(cells[0]), .percentiles = {}};
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto share = share_of(columns[i]);
    if (!share) continue;
    const auto ms = parse_number(trim(cells[i]));
    if (!ms)
      return fail(ErrorCode::invalid, fmt::format("{}: {} is '{}', not a number", where,
                                                  printable(columns[i]), printable(cells[i])));
    row.percentiles.push_back({*share, *ms / 1000});
  }
  std::ranges::sort(row.percentiles, {}, &Percentile::share);
  return row;
}

}  // namespace

bool is_percentile_table(std::string_view csv) {
  const auto columns = split(trim(take_line(csv)), ',');
  return std::ranges::count(columns, "p0_ms") == 1 && std::ranges::count(columns, "p100_ms") == 1;
}

Result<PercentileRow> find_row(std::string_view csv, std::string_view file, std::string_view name) {
  const auto columns = split(trim(take_line(csv)), ',');
  std::size_t rows = 0;
  std::optional<PercentileRow> found;
  for (int number = 2; !csv.empty(); ++number) {
    const std::string_view line = trim(take_line(csv));
    if (line.empty()) continue;
    ++rows;
    const auto cells = split(line, ',');
    if (!name.empty() && cells[0] != name) continue;
    if (name.empty() && rows > 1)
      return fail(ErrorCode::invalid, fmt::format("{} has many rows: name one, such as {}#{}", file,
                                                  file, printable(found ? found->name : cells[0])));
    found = TRY(read_row(columns, cells, fmt::format("{}:{}", file, number)));
    if (!name.empty()) break;
  }
  if (found) return *std::move(found);
  if (name.empty()) return fail(ErrorCode::invalid, fmt::format("{} has no row", file));
  return fail(ErrorCode::invalid,
              fmt::format("{}: none of its {} rows begins with '{}'", file, rows, name));
}

}  // namespace headroom::prove
