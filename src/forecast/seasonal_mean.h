// The mean forecast over days and weeks: contrast autoregressions, and what followed similar days.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "forecast/contrast.h"

namespace headroom::forecast {

/// How long a day is: `day` bins, unless another lag of half to one and a half times as many has
/// less than half its mean difference (series that lack hours). `logs` has more than 1.5 days.
[[nodiscard]] std::size_t day_length(std::span<const double> logs, std::size_t day);

/// What followed the four past days that are most like the last one, their level removed.
/// Requires two days, and as many more as `steps` are.
[[nodiscard]] std::vector<double> after_similar_days(std::span<const double> logs,
                                                     const Seasons& seasons, std::size_t steps);

/// The median of three contrast autoregressions and of what followed similar days: why these, and
/// what each is worth, is in docs/concepts/forecast.md.
class SeasonalMean {
 public:
  explicit SeasonalMean(const Seasons& seasons);

  /// As ContrastModel::fit.
  void fit(std::span<const double> logs, std::span<const char> known = {});
  /// The next `steps` logarithms after `logs`, which has a day at least.
  [[nodiscard]] std::vector<double> path(std::span<const double> logs, std::size_t steps) const;

 private:
  Seasons seasons_;
  std::vector<ContrastModel> contrasts_;
};

}  // namespace headroom::forecast
