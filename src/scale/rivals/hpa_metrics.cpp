// Proposals of the Kubernetes HPA from a resource metric and from an external one.
#include "scale/rivals/hpa_metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/result.h"

namespace headroom::rivals {
namespace {

/// Saturates: beyond the range of the target type a conversion would be undefined.
template <class Int>
Int saturated(double value) {
  if (value >= static_cast<double>(std::numeric_limits<Int>::max()))
    return std::numeric_limits<Int>::max();
  return static_cast<Int>(value);
}

bool within(const HpaTolerance& tolerance, double ratio) {
  return 1 - tolerance.down <= ratio && ratio <= 1 + tolerance.up;
}

struct Usage {
  std::int64_t used_milli = 0;
  std::int64_t request_milli = 0;
  int pods = 0;

  void add(std::int64_t used, std::int64_t request, int count) {
    used_milli += used;
    request_milli += request;
    pods += count;
  }
  /// In integers, as the original computes it.
  [[nodiscard]] int utilization_pct() const {
    return static_cast<int>(used_milli * 100 / request_milli);
  }
};

/// Pods whose sample counts; pods without one; pods that are not ready to be judged.
struct Groups {
  Usage sampled;
  Usage missing;
  Usage unready;
};

/// A young pod's CPU is that of its start, not of its work.
bool cpu_is_of_starting(const HpaPod& pod, const HpaReadiness& readiness, double now_s) {
  if (pod.start_s + readiness.cpu_initialization_s > now_s)
    return !pod.ready || pod.sampled_s < pod.ready_changed_s + pod.window_s;
  return !pod.ready && pod.start_s + readiness.initial_delay_s > pod.ready_changed_s;
}

Groups grouped(std::span<const HpaPod> pods, const HpaReadiness& readiness, double now_s) {
  Groups groups;
  for (const HpaPod& pod : pods) {
    if (pod.deleted || pod.phase == HpaPodPhase::failed) continue;
    if (pod.phase == HpaPodPhase::pending)
      groups.unready.add(0, pod.request_milli, 1);
    else if (!pod.usage_milli)
      groups.missing.add(0, pod.request_milli, 1);
    else if (cpu_is_of_starting(pod, readiness, now_s))
      groups.unready.add(0, pod.request_milli, 1);
    else
      groups.sampled.add(*pod.usage_milli, pod.request_milli, 1);
  }
  return groups;
}

/// The count with what is not known taken against the direction of change.
int cautious(const Groups& groups, const HpaResourceTarget& target, double ratio, int current) {
  Usage all = groups.sampled;
  const Usage& missing = groups.missing;
  if (ratio < 1)
    all.add(missing.request_milli * std::max(100, target.utilization_pct) / 100,
            missing.request_milli, missing.pods);
  else if (ratio > 1)
    all.add(0, missing.request_milli, missing.pods);
  if (ratio > 1) all.add(0, groups.unready.request_milli, groups.unready.pods);

  const double again = static_cast<double>(all.utilization_pct()) / target.utilization_pct;
  const bool turned = (ratio < 1 && again > 1) || (ratio > 1 && again < 1);
  if (turned || within(target.tolerance, again)) return current;
  const int replicas = saturated<int>(std::ceil(again * all.pods));
  if ((again < 1 && replicas > current) || (again > 1 && replicas < current)) return current;
  return replicas;
}

}  // namespace

std::optional<HpaResourceProposal> hpa_resource_proposal(std::span<const HpaPod> pods,
                                                         const HpaResourceTarget& target,
                                                         int current, double now_s) {
  CHECK(target.utilization_pct > 0);
  const Groups groups = grouped(pods, target.readiness, now_s);
  const Usage& sampled = groups.sampled;
  if (sampled.pods == 0 || sampled.request_milli <= 0) return std::nullopt;

  HpaResourceProposal proposal{.replicas = current,
                               .utilization_pct = sampled.utilization_pct(),
                               .mean_milli = sampled.used_milli / sampled.pods};
  const double ratio = static_cast<double>(proposal.utilization_pct) / target.utilization_pct;
  const bool unready_count = groups.unready.pods > 0 && ratio > 1;
  if (unready_count || groups.missing.pods > 0)
    proposal.replicas = cautious(groups, target, ratio, current);
  else if (!within(target.tolerance, ratio))
    proposal.replicas = saturated<int>(std::ceil(ratio * sampled.pods));
  return proposal;
}

HpaExternalProposal hpa_external_proposal(std::int64_t usage, std::int64_t target, int replicas,
                                          const HpaTolerance& tolerance) {
  CHECK(target > 0);
  const auto total = static_cast<double>(usage);
  const auto per_replica = static_cast<double>(target);
  // With no replica the ratio is infinite or not a number, which is not within anything.
  const double ratio = total / (per_replica * replicas);
  HpaExternalProposal proposal{.replicas = replicas};
  if (!within(tolerance, ratio)) proposal.replicas = saturated<int>(std::ceil(total / per_replica));
  proposal.mean = replicas > 0 ? saturated<std::int64_t>(std::ceil(total / replicas)) : usage;
  return proposal;
}

std::int64_t milli(double value) {
  constexpr double limit = 1e15;
  return value > 0 ? std::llround(std::min(value, limit) * 1000) : 0;
}

}  // namespace headroom::rivals
