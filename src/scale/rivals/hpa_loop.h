// Kubernetes HPA v2: what it does with a proposal each time it looks, and what it remembers.
#pragma once

#include <optional>
#include <vector>

#include "scale/rivals/hpa_behavior.h"

namespace headroom::rivals {

/// One HorizontalPodAutoscaler without its metrics: the KEDA rival has one, too.
class HpaLoop {
 public:
  /// Without `behavior`: the greatest recommendation of `window_s`, and at most doubling.
  /// `window_s` is --horizontal-pod-autoscaler-downscale-stabilization.
  HpaLoop(const HpaBounds& bounds, std::optional<HpaBehavior> behavior, double window_s = 300);

  /// The count from now on. No proposal: the metric is not known, nothing changes but what is out
  /// of bounds. At 0 replicas the HPA is off.
  [[nodiscard]] int reconcile(double now_s, int current, std::optional<int> proposal);

 private:
  [[nodiscard]] int settled(double now_s, int current, int desired);
  void forget(double now_s);

  HpaBounds bounds_;
  std::optional<HpaBehavior> behavior_;
  double window_s_;
  double memory_s_;  // nothing older than this matters
  bool begun_ = false;
  std::vector<HpaMark> recommendations_;
  std::vector<HpaMark> added_;
  std::vector<HpaMark> removed_;
};

}  // namespace headroom::rivals
