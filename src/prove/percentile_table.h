// Tables with a row of percentiles for each of many functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "prove/distribution.h"

namespace headroom::prove {

struct PercentileRow {
  std::string name;
  std::vector<Percentile> percentiles;
};

/// Whether the first line is a CSV header with columns p0_ms and p100_ms.
[[nodiscard]] bool is_percentile_table(std::string_view csv);

/// The row whose first column is `name`; without a name the only row. Messages name file and line.
[[nodiscard]] Result<PercentileRow> find_row(std::string_view csv, std::string_view file,
                                             std::string_view name);

}  // namespace headroom::prove
