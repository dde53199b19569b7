// AWS target tracking (Application Auto Scaling) as a rival: two alarms around a target.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "scale/rivals/autoscaler.h"
#include "scale/rivals/signal.h"

namespace headroom::rivals {

enum class TrackedMetric : std::uint8_t {
  cpu,       // ECSServiceAverageCPUUtilization: mean over ready replicas, a share of 1
  requests,  // ALBRequestCountPerTarget: requests/s per ready replica (AWS counts per minute)
};

/// Defaults: an ECS service. For EC2 groups the alarms that AWS makes have a band of 0.7.
struct TargetTrackingRules {
  double target = 0;
  int out_datapoints = 3;       // above the target, one after the other, raise
  int in_datapoints = 15;       // below the band, one after the other, lower
  double in_band = 0.9;         // share of the target below which a datapoint counts as low
  double out_cooldown_s = 300;  // ScaleOutCooldown; an instance's warm-up acts alike
  double in_cooldown_s = 300;   // ScaleInCooldown
  bool scale_in = true;         // the opposite of DisableScaleIn
  int min = 1;
  int max = 10;
};

/// The rules alone: datapoints in, capacity out.
class TargetTracker {
 public:
  explicit TargetTracker(const TargetTrackingRules& rules) : rules_(rules) {}

  /// One datapoint; nothing when it is missing, which changes nothing and ends what was counted.
  [[nodiscard]] int datapoint(double at_s, int capacity, std::optional<double> value);

 private:
  [[nodiscard]] int out(double at_s, int capacity, double ratio);
  [[nodiscard]] int in(double at_s, int capacity, double ratio);

  TargetTrackingRules rules_;
  int high_ = 0;
  int low_ = 0;
  std::optional<double> out_at_s_;
  std::optional<double> in_at_s_;
  int before_out_ = 0;  // capacity when the scale-out cooldown began
};

struct TargetTrackingConfig {
  TrackedMetric metric = TrackedMetric::requests;
  TargetTrackingRules rules{};
  Signal signal = Signal::cloudwatch();
};

class TargetTracking final : public Autoscaler {
 public:
  explicit TargetTracking(const TargetTrackingConfig& config);

  [[nodiscard]] int decide(const Now& now, Duration dt, const scale::ServiceSeen& seen) override;
  [[nodiscard]] bool reads_outcomes() const override { return false; }
  /// Another policy wants so many: the higher of the two counts. Returns what is wanted now.
  int hold_at_least(int replicas) { return wanted_ = std::max(wanted_, replicas); }

 private:
  void observe(double at_s, double dt_s, const scale::ServiceSeen& seen);

  TargetTrackingConfig config_;
  Elapsed elapsed_;
  Every datapoints_;
  Meter load_;   // cores busy, or requests
  Meter ready_;  // replicas that carried it
  TargetTracker tracker_;
  int wanted_ = -1;  // unknown before the first second
};

}  // namespace headroom::rivals
