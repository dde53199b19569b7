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
  double most = 0;  // replica-hours of as many as are allowed; 0: not known

  /// What it costs to keep the share: that of the greatest fleet where no setting did.
  [[nodiscard]] double cost_at_most(double missed_share) const {
    return cost_at(frontier, missed_share).value_or(most);
  }
};

[[nodiscard]] std::vector<Curve> curves_of(std::span<const Trial> runs);

/// How headroom compares with one opponent over many cases. A ratio below 1: headroom is cheaper.
struct Comparison {
  double startup_s = 0;
  std::string part;  // empty: all
  double missed_share = 0;
  std::string against;  // at_promise, best_rival, "hpa-cpu", "kpa at one setting for all", ...
  /// Geometric mean over families, each the geometric mean of its cases; with the range that 90%
  /// of resamplings of families and their cases give. 0 when there is no case to compare.
  double ratio = 0;
  double low = 0;
  double high = 0;
  /// One or two cases say nothing of how far chance may have moved their mean.
  [[nodiscard]] bool has_range() const { return cases > 2; }
  int cases = 0;  // compared
  int families = 0;
  int seeds = 0;           // runs of each
  int headroom_short = 0;  // cases where headroom missed more at every setting: it counts with the
                           // hours of the greatest fleet allowed
  int other_short = 0;     // the same of the opponent
  int both_short = 0;      // neither kept it: nothing to compare
  std::string worst_case;
  double worst_ratio = 0;
  std::string worst_family;
  double worst_family_ratio = 0;
  std::optional<int> kept;  // of at_promise: cases where headroom missed at most kept_within ×
};

/// headroom told the share and nothing chosen, against the cheapest setting of any rival that kept
/// it; which one that is only hindsight knows.
inline constexpr const char* at_promise = "at its promise";
inline constexpr double kept_within = 1.25;
/// Equal misses: of both sides the settings that turned out best.
inline constexpr const char* best_rival = "best rival, both in hindsight";

/// The shares of misses at which costs are compared, besides the one that may be missed.
inline constexpr double compared_shares[] = {0.01, 0.001, 0.0001};
/// With that one, the greatest first.
[[nodiscard]] std::vector<double> shares_with(double permitted);

/// For each start-up time, part and share: first headroom at its promise, where it was run so; then
/// at equal misses against the best rival per case (own signals), against each policy (with its own
/// and with the fresh signal), and where there are several cases of one setting for all against one
/// setting for all. The oracle is a bound and never a rival.
[[nodiscard]] std::vector<Comparison> comparisons(std::span<const Trial> runs, std::uint64_t seed,
                                                  double permitted = compared_shares[0]);

}  // namespace headroom::prove
