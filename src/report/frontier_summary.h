// How headroom's costs compare with those of the others: the ratios, laid out.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "prove/summary.h"

namespace headroom::report {

using Comparisons = std::span<const prove::Comparison>;

/// Those of one start-up time and part each, in their order.
[[nodiscard]] std::vector<Comparisons> worlds_of(Comparisons summary);

/// Whether there are traces enough for ranges; without, all shares fit into one table.
[[nodiscard]] bool has_ranges(Comparisons world);

/// At which costs are compared, in their order.
[[nodiscard]] std::vector<double> shares_of(Comparisons world);

/// One opponent at each of these shares; null where nothing was compared.
struct RatioRow {
  std::string against;
  std::vector<const prove::Comparison*> at;
};
[[nodiscard]] std::vector<RatioRow> ratio_rows(Comparisons world);

/// A section of the page; nothing where nothing was compared.
[[nodiscard]] std::string summary_html(Comparisons summary);

}  // namespace headroom::report
