// The predictive HPA (PHPA) as a rival: the HPA, and a forecast of its own past answers.
#pragma once

#include <optional>

#include "scale/rivals/autoscaler.h"
#include "scale/rivals/holt_winters.h"
#include "scale/rivals/hpa.h"

namespace headroom::rivals {

/// decisionType is maximum, so the forecast only ever adds.
struct PredictiveHpaConfig {
  HpaConfig hpa = HpaConfig::on_rate();
  int per_sync_period = 20;  // of so many looks one is remembered and forecast from: five minutes,
                             // so that the next of them, one step ahead, is of use
  int season_points = 288;   // seasonalPeriods: a day
  int seasons_kept = 4;      // storedSeasons
  Smoothing smoothing{};     // the user's to give; these are ours
};

class PredictiveHpa final : public Autoscaler {
 public:
  explicit PredictiveHpa(const PredictiveHpaConfig& config);

  [[nodiscard]] int decide(const Now& now, Duration dt, const scale::ServiceSeen& seen) override;
  [[nodiscard]] bool reads_outcomes() const override { return false; }

 private:
  [[nodiscard]] std::optional<int> proposal(double at_s, const scale::ServiceSeen& seen);

  PredictiveHpaConfig config_;
  Elapsed elapsed_;
  Every sync_;
  HpaLoop loop_;
  Meter rate_;
  HoltWinters model_;
  int looks_ = 0;
  std::optional<int> forecast_;
  int wanted_ = -1;  // unknown before the first second
};

}  // namespace headroom::rivals
