// Policies beside each other on the same traffic: setting, misses, hours, cost.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "prove/grid.h"
#include "prove/score.h"

namespace headroom::report {

/// "0.7, 5m, min 12": target, stabilisation and the least number; a fixed fleet by its size,
/// headroom and the oracle by what they permit.
[[nodiscard]] std::string setting_text(const prove::Setting& setting, int replicas_min,
                                       int replicas_max);

struct PolicyRow {
  std::string policy;
  std::string setting;
  prove::Score score;  // of one run
};

/// Cells of a row after policy and setting, and what stands above them; a cost only where a price
/// is known.
[[nodiscard]] std::vector<std::string> figures_of(const prove::Score& score,
                                                  std::optional<double> cost_per_hour);
[[nodiscard]] std::vector<std::string> figure_heads(std::optional<double> cost_per_hour);

/// What the heads mean, in a sentence.
extern const char* const table_note;

/// A head and a line for each, of at most `width` columns.
[[nodiscard]] std::vector<std::string> policy_table(const std::vector<PolicyRow>& rows,
                                                    std::optional<double> cost_per_hour,
                                                    std::size_t width);

}  // namespace headroom::report
