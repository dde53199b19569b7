// What forecasts would have been worth: each made with what was known then, and then scored.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>

#include "forecast/expert.h"
#include "forecast/history.h"
#include "forecast/quantiles.h"

namespace headroom::forecast {

inline constexpr std::size_t peer_count = 4;

/// Of one lead, in bins. Losses, errors and shares are sums or means over the bins that were
/// scored.
struct LeadScore {
  std::size_t lead = 0;
  std::size_t scored = 0;
  double mean = 0;       // of the values
  double error = 0;      // mean |value − median|
  double covered = 0;    // share within the quantiles at 0.05 and 0.95
  Quantiles loss{};      // mean pinball loss
  Quantiles refused{};   // share of the bins in which no model acted
  Quantiles short_of{};  // mean of what the value exceeded the quantile by
  Quantiles beyond{};    // mean of what the quantile exceeded the value by
  /// Of the peers, by Point: the better of errors as differences and as ratios, for each p in
  /// hindsight. Nothing where a peer never had an answer.
  std::array<std::optional<Quantiles>, peer_count> peers{};

  /// Loss over all p ÷ the peer's (÷ that of the best one for each p); below 1 is better.
  [[nodiscard]] std::optional<double> against(Point peer) const;
  [[nodiscard]] double against_best() const;
  /// The same for one p.
  [[nodiscard]] double against_best(std::size_t place) const;
  [[nodiscard]] Quantiles best_peer() const;
};

/// Which bin scoring begins at: after four days and 2,000 bins with a season, 900 bins and a lead
/// without; at most half of `bins`.
[[nodiscard]] std::size_t scored_from(const Grid& grid, std::size_t bins, std::size_t lead);

/// Goes through `values`, one bin each, NaN where unknown. Unknown bins are not scored, nor what
/// was forecast before there were errors to forecast from.
[[nodiscard]] LeadScore backtest(std::span<const double> values, const Grid& grid,
                                 std::size_t lead);

}  // namespace headroom::forecast
