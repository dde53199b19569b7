// The Kubernetes HorizontalPodAutoscaler as a rival.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "scale/rivals/autoscaler.h"
#include "scale/rivals/hpa_loop.h"
#include "scale/rivals/hpa_metrics.h"
#include "scale/rivals/pod_meters.h"
#include "scale/rivals/signal.h"

namespace headroom::rivals {

enum class HpaMetric : std::uint8_t {
  cpu,   // Resource, Utilization: `target` is the share of the request, in (0, 1]
  rate,  // External, AverageValue: `target` is requests/s per replica
};

/// Defaults: autoscaling/v2 and kube-controller-manager's flags.
struct HpaConfig {
  HpaMetric metric = HpaMetric::cpu;
  double target = 0.8;
  HpaBounds bounds{};
  std::optional<HpaBehavior> behavior = HpaBehavior{};
  double window_s = 300;      // without `behavior` only
  HpaTolerance tolerance{};   // --horizontal-pod-autoscaler-tolerance
  HpaReadiness readiness{};   // of CPU only
  double sync_s = 15;         // --horizontal-pod-autoscaler-sync-period
  double sync_offset_s = 12;  // where in its period it looks: 7 s after a reading can be seen,
                              // half its period
  Signal signal = Signal::metrics_server();

  /// On CPU as above, or on a rate that Prometheus scraped 7 s ago, half its period.
  [[nodiscard]] static HpaConfig on_cpu() { return {}; }
  [[nodiscard]] static HpaConfig on_rate();
};

class Hpa final : public Autoscaler {
 public:
  explicit Hpa(const HpaConfig& config);

  [[nodiscard]] int decide(const Now& now, Duration dt, const scale::ServiceSeen& seen) override;
  [[nodiscard]] bool reads_outcomes() const override { return false; }

 private:
  void observe(double at_s, double dt_s, const scale::ServiceSeen& seen);
  [[nodiscard]] std::optional<int> proposal(double at_s, const scale::ServiceSeen& seen);

  HpaConfig config_;
  Elapsed elapsed_;
  Every sync_;
  HpaLoop loop_;
  Meter rate_;
  PodMeters cpu_;
  std::vector<HpaPod> pods_;  // kept for its memory
  int wanted_ = -1;           // unknown before the first tick
};

}  // namespace headroom::rivals
