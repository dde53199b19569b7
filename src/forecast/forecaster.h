// Demand at one lead, as quantiles: what a decision asks, minute by minute or second by second.
#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "forecast/direct.h"
#include "forecast/expert.h"
#include "forecast/history.h"
#include "forecast/holt_winters.h"
#include "forecast/pool.h"
#include "forecast/seasonal_mean.h"

namespace headroom::forecast {

/// Demand `lead` bins after the latest one.
struct Forecast {
  Quantiles quantiles{};
  /// For each p: the weight of naive forecasts. Above one half, no model has beaten them out of
  /// sample, and none acts.
  Quantiles naive_share{};
  bool learned = false;  // there were enough errors to speak of quantiles; else all are as now

  [[nodiscard]] bool refused(std::size_t place) const { return naive_share[place] > 0.5; }
};

/// Grows with what it observes; time is how many bins that were. observe() takes microseconds,
/// refit() milliseconds: who owns it says when (refit_due()).
class Forecaster {
 public:
  Forecaster(const Grid& grid, std::size_t lead);

  /// The next bin: its mean rate, or NaN where nothing is known of it.
  void observe(double value);
  [[nodiscard]] bool refit_due() const { return since_refit_ >= refit_every_; }
  /// Fits the models anew to the latest weeks.
  void refit();

  [[nodiscard]] const Forecast& forecast() const { return forecast_; }
  [[nodiscard]] const History& history() const { return history_; }
  /// What each expert says now; for comparisons.
  [[nodiscard]] const std::vector<Expert>& experts() const { return experts_; }
  [[nodiscard]] const std::vector<Answer>& answers() const { return pending_.back().answers; }

 private:
  struct Pending {
    std::array<Sight, point_count> sights{};
    std::vector<Answer> answers;
    bool known = false;
  };
  [[nodiscard]] bool has(Point point) const;
  void learn(const Pending& past, double value);
  [[nodiscard]] double log_of(Point point) const;
  [[nodiscard]] Pending look() const;
  [[nodiscard]] std::uint8_t situation() const;

  Grid grid_;
  std::size_t lead_;
  std::size_t refit_every_;
  std::size_t since_refit_ = 0;
  History history_;
  HoltWinters holt_winters_;
  DirectModel direct_;
  DirectModel level_;
  std::optional<SeasonalMean> days_;
  std::vector<Expert> experts_;
  Pool pool_;
  std::array<double, situation_count - 1> situation_edges_{};
  struct Spread {
    double fast = 0;
    double slow = 0;
  };
  std::array<Spread, point_count> spreads_{};
  std::deque<Pending> pending_;  // the latest `lead` bins, newest last
  Forecast forecast_;
};

}  // namespace headroom::forecast
