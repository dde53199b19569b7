// Kubernetes HPA v2: from metrics to a proposed count.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace headroom::rivals {

enum class HpaPodPhase : std::uint8_t { pending, running, failed };

/// A pod as the HPA sees it. Times are seconds of any one clock.
struct HpaPod {
  HpaPodPhase phase = HpaPodPhase::running;
  bool deleted = false;        // it has a deletion time stamp
  bool ready = false;          // its Ready condition
  double start_s = 0;          // when it started
  double ready_changed_s = 0;  // when the Ready condition last changed
  std::int64_t request_milli = 0;
  std::optional<std::int64_t> usage_milli{};  // nothing: no sample of this pod
  double sampled_s = 0;                       // when the sample ends
  double window_s = 0;                        // how much time it covers
};

/// Ratios of metric to target within [1 − down, 1 + up] change nothing.
struct HpaTolerance {
  double down = 0.1;
  double up = 0.1;
};

/// When a young pod's CPU is believed.
struct HpaReadiness {
  double cpu_initialization_s = 300;  // --horizontal-pod-autoscaler-cpu-initialization-period
  double initial_delay_s = 30;        // --horizontal-pod-autoscaler-initial-readiness-delay
};

struct HpaResourceTarget {
  int utilization_pct = 80;  // of the request
  HpaTolerance tolerance{};
  HpaReadiness readiness{};
};

struct HpaResourceProposal {
  int replicas = 0;
  int utilization_pct = 0;      // over the pods whose sample is used
  std::int64_t mean_milli = 0;  // usage per such pod
};

/// The CPU resource metric (or that of one container). Nothing when no pod has a usable sample.
[[nodiscard]] std::optional<HpaResourceProposal> hpa_resource_proposal(
    std::span<const HpaPod> pods, const HpaResourceTarget& target, int current, double now_s);

struct HpaExternalProposal {
  int replicas = 0;
  std::int64_t mean = 0;  // usage per replica, rounded up
};

/// An external (or object) metric with a target of type AverageValue: `usage` is the sum over the
/// service, in the unit of `target`; `replicas` are those that exist. Requires target > 0.
[[nodiscard]] HpaExternalProposal hpa_external_proposal(std::int64_t usage, std::int64_t target,
                                                        int replicas,
                                                        const HpaTolerance& tolerance);

/// 1.5 → 1500: Kubernetes' quantities are whole thousandths. Negative and absurd ones are cut.
[[nodiscard]] std::int64_t milli(double value);

}  // namespace headroom::rivals
