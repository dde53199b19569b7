// DataDog's WatermarkPodAutoscaler as a rival: between two marks nothing has to happen.
#pragma once

#include <cstdint>
#include <optional>

#include "scale/rivals/autoscaler.h"
#include "scale/rivals/signal.h"

namespace headroom::rivals {

/// Within the band: stay, or go one step at a time towards a mark.
enum class Converge : std::uint8_t { none, high, low };

/// Defaults: the WatermarkPodAutoscaler resource; of its two algorithms "average".
struct WatermarkRules {
  double high = 0;         // highWatermark: of the metric per ready replica
  double low = 0;          // lowWatermark
  double tolerance = 0.1;  // of both
  Converge converge = Converge::none;
  int modulo = 1;            // replicaScalingAbsoluteModulo: counts go up to multiples of it
  double up_factor = 0.5;    // scaleUpLimitFactor: share of the current count in one event; 0: off
  double down_factor = 0.2;  // scaleDownLimitFactor
  double up_wait_s = 60;     // upscaleForbiddenWindowSeconds, since the last change
  double down_wait_s = 300;  // downscaleForbiddenWindowSeconds
  double above_delay_s = 0;  // upscaleDelayAboveWatermarkSeconds: above for that long
  double below_delay_s = 0;  // downscaleDelayBelowWatermarkSeconds
  int min = 1;
  int max = 10;
};

/// What the metric alone asks for, from `current` replicas of which `ready` carry `total`.
[[nodiscard]] int watermark_proposal(const WatermarkRules& rules, int current, int ready,
                                     double total);

/// At most so much in one event.
[[nodiscard]] int watermark_limited(const WatermarkRules& rules, int current, int proposal);

struct WatermarkConfig {
  WatermarkRules rules{};
  double sync_s = 15;
  double sync_offset_s = 7;              // as of the other rivals on Prometheus
  Signal signal = Signal::prometheus();  // of requests/s
};

class Watermark final : public Autoscaler {
 public:
  explicit Watermark(const WatermarkConfig& config);

  [[nodiscard]] int decide(const Now& now, Duration dt, const scale::ServiceSeen& seen) override;
  [[nodiscard]] bool reads_outcomes() const override { return false; }

 private:
  [[nodiscard]] int sync(double at_s, const scale::ServiceSeen& seen);
  [[nodiscard]] bool allowed(double at_s, bool up) const;
  void note_side(double at_s, double per_replica);

  WatermarkConfig config_;
  Elapsed elapsed_;
  Every sync_;
  Meter rate_;
  std::optional<double> changed_at_s_;
  std::optional<double> above_since_s_;
  std::optional<double> below_since_s_;
  int wanted_ = -1;  // unknown before the first second
};

}  // namespace headroom::rivals
