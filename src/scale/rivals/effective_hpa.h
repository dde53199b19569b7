// Crane's EffectiveHPA as a rival: an HPA with a second metric, the forecast of the first.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "scale/rivals/autoscaler.h"
#include "scale/rivals/hpa.h"

namespace headroom::rivals {

/// Defaults: Crane's EffectiveHorizontalPodAutoscaler and its DSP algorithm.
struct EffectiveHpaConfig {
  HpaConfig hpa = HpaConfig::on_rate();
  int window_minutes = 60;  // predictionWindowSeconds: the greatest within it counts
  int history_minutes = (15 * 24 + 1) * 60;  // historyLength and an hour
  int refresh_minutes = 12 * 60;             // a new forecast
};

/// Allocates at a refresh only.
class EffectiveHpa final : public Autoscaler {
 public:
  explicit EffectiveHpa(const EffectiveHpaConfig& config);

  [[nodiscard]] int decide(const Now& now, Duration dt, const scale::ServiceSeen& seen) override;
  [[nodiscard]] bool reads_outcomes() const override { return false; }

 private:
  void remember(double at_s);
  void refresh();
  [[nodiscard]] std::optional<int> proposal(double at_s, const scale::ServiceSeen& seen);
  [[nodiscard]] std::optional<double> forecast(double at_s) const;

  EffectiveHpaConfig config_;
  Elapsed elapsed_;
  Every sync_;
  Every minute_;
  HpaLoop loop_;
  Meter rate_;
  Meter history_;
  std::vector<double> minutes_;     // the oldest first; compacted when twice as long as needed
  std::int64_t minute_count_ = 0;   // ever
  std::vector<double> forecast_;    // empty: there never was one
  std::int64_t forecast_from_ = 0;  // the minute of its first value
  int wanted_ = -1;                 // unknown before the first second
};

}  // namespace headroom::rivals
