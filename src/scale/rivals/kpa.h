// Knative's pod autoscaler as a rival.
#pragma once

#include <optional>

#include "scale/rivals/autoscaler.h"
#include "scale/rivals/kpa_rules.h"
#include "scale/rivals/signal.h"

namespace headroom::rivals {

/// Defaults: the ConfigMap config-autoscaler. Its metric is concurrency, scraped each second: the
/// requests at replicas and those that wait at the door, which is its activator. Averaging is its
/// own, so it has no other signal.
struct KpaConfig {
  KpaRules rules{};
  double tick_s = 2;          // tick-interval
  double panic_window = 0.1;  // panic-window-percentage: share of the stable window
  double zero_grace_s = 30;   // scale-to-zero-grace-period
  double retention_s = 0;     // scale-to-zero-pod-retention-period
  int min = 0;
  int max = 0;  // 0: without limit
};

class Kpa final : public Autoscaler {
 public:
  explicit Kpa(const KpaConfig& config);

  [[nodiscard]] int decide(const Now& now, Duration dt, const scale::ServiceSeen& seen) override;
  [[nodiscard]] bool reads_outcomes() const override { return false; }

 private:
  void start(double at_s, const scale::ServiceSeen& seen);
  void observe(double at_s, const scale::ServiceSeen& seen);
  [[nodiscard]] int bounded(int desired) const;
  [[nodiscard]] int above_zero(double at_s, int desired);

  KpaConfig config_;
  Elapsed elapsed_;
  Every tick_;
  KpaScaler scaler_;
  KpaWindow stable_;
  KpaWindow panic_;
  int ready_ = 0;
  int wanted_ = -1;                     // unknown before the first second
  double active_since_s_ = 0;           // since the last way up from zero
  std::optional<double> idle_since_s_;  // desired has been 0 since
};

}  // namespace headroom::rivals
