// What a set of runs says: headroom's cost over another's at an equal share of misses.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "prove/frontier.h"
#include "prove/grid.h"

namespace headroom::prove {

/// One policy on one case: the best of its settings.
struct Curve {
  Case of;
  std::string policy;
  bool fresh_signal = false;
  std::vector<Outcome> frontier;
};

[[nodiscard]] std::vector<Curve> curves_of(std::span<const Trial> runs);

/// How headroom compares with one opponent over many cases. A ratio below 1: headroom is cheaper.
struct Comparison {
  double startup_s = 0;
  std::string part;  // empty: all
  double missed_share = 0;
  std::string against;  // "hpa-cpu", "best rival in hindsight", "kpa at one setting", ...
  /// Geometric mean over families, each the geometric mean of its cases; with the range that 90%
  /// of resamplings of families and their cases give. 0 when there is no case to compare.
  double ratio = 0;
  double low = 0;
  double high = 0;
  int cases = 0;  // compared
  int families = 0;
  int headroom_short = 0;  // cases where headroom missed more at every setting: not in the ratio
  int other_short = 0;     // the same of the opponent
  std::string worst_case;
  double worst_ratio = 0;
};

/// The shares of misses at which costs are compared.
inline constexpr double compared_shares[] = {0.01, 0.001, 0.0001};

/// For each start-up time, part and share: against each policy (with its own and with the fresh
/// signal), against the best rival per case in hindsight (own signals), and of one setting for
/// all cases against one setting for all cases. The oracle is a bound and never a rival.
[[nodiscard]] std::vector<Comparison> comparisons(std::span<const Trial> runs, std::uint64_t seed);

}  // namespace headroom::prove
