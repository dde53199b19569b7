// Stabilisation and rate limits of the Kubernetes HPA.
#include "scale/rivals/hpa_behavior.h"

#include <cmath>
#include <limits>

#include "core/result.h"

namespace headroom::rivals {
namespace {

constexpr int replicas_limit = std::numeric_limits<int>::max();

int replicas_of(double value) {
  if (value >= replicas_limit) return replicas_limit;
  if (value <= -replicas_limit) return -replicas_limit;
  return static_cast<int>(value);
}

double changed_within(std::span<const HpaMark> changes, double period_s, double now_s) {
  double sum = 0;
  for (const HpaMark& change : changes)
    if (now_s - change.at_s < period_s) sum += change.replicas;
  return sum;
}

/// What there was when the policy's period began.
double base_of(const HpaPolicy& policy, int current, const HpaChanges& changes, double now_s) {
  return current - changed_within(changes.added, policy.period_s, now_s) +
         changed_within(changes.removed, policy.period_s, now_s);
}

int up_limit(int current, const HpaRules& rules, const HpaChanges& changes, double now_s) {
  if (rules.select == HpaSelect::disabled) return current;
  std::optional<int> limit;
  for (const HpaPolicy& policy : rules.policies) {
    const double base = base_of(policy, current, changes, now_s);
    const double one = policy.unit == HpaUnit::pods
                           ? base + policy.value
                           : std::ceil(base * (1 + static_cast<double>(policy.value) / 100));
    const int allowed = replicas_of(one);
    const bool wider = rules.select == HpaSelect::max;
    limit = !limit ? allowed : wider ? std::max(*limit, allowed) : std::min(*limit, allowed);
  }
  return std::max(limit.value_or(current), current);
}

int down_limit(int current, const HpaRules& rules, const HpaChanges& changes, double now_s) {
  if (rules.select == HpaSelect::disabled) return current;
  std::optional<int> limit;
  for (const HpaPolicy& policy : rules.policies) {
    const double base = base_of(policy, current, changes, now_s);
    const double one = policy.unit == HpaUnit::pods
                           ? base - policy.value
                           : std::trunc(base * (1 - static_cast<double>(policy.value) / 100));
    const int allowed = replicas_of(one);
    const bool wider = rules.select == HpaSelect::max;
    limit = !limit ? allowed : wider ? std::min(*limit, allowed) : std::max(*limit, allowed);
  }
  return std::min(limit.value_or(current), current);
}

}  // namespace

std::string_view reason_of(HpaLimit limit) {
  switch (limit) {
    case HpaLimit::desired_within_range:
      return "DesiredWithinRange";
    case HpaLimit::too_many_replicas:
      return "TooManyReplicas";
    case HpaLimit::too_few_replicas:
      return "TooFewReplicas";
    case HpaLimit::scale_up_limit:
      return "ScaleUpLimit";
    case HpaLimit::scale_down_limit:
      return "ScaleDownLimit";
  }
  CHECK(false);
}

int hpa_stabilised(std::span<const HpaMark> recommendations, const HpaBehavior& rules, int current,
                   int desired, double now_s) {
  int up = desired;
  int down = desired;
  for (const HpaMark& one : recommendations) {
    const double age_s = now_s - one.at_s;
    if (age_s < rules.up.window_s) up = std::min(up, one.replicas);
    if (age_s < rules.down.window_s) down = std::max(down, one.replicas);
  }
  return std::min(std::max(current, up), down);
}

int hpa_stabilised(std::span<const HpaMark> recommendations, double window_s, int desired,
                   double now_s) {
  for (const HpaMark& one : recommendations)
    if (now_s - one.at_s < window_s) desired = std::max(desired, one.replicas);
  return desired;
}

HpaLimited hpa_limited(int current, int desired, const HpaBounds& bounds, const HpaBehavior& rules,
                       const HpaChanges& changes, double now_s) {
  if (desired > current) {
    const int limit = up_limit(current, rules.up, changes, now_s);
    const int allowed = std::min(limit, bounds.max);
    if (desired > allowed)
      return {allowed, limit < bounds.max ? HpaLimit::scale_up_limit : HpaLimit::too_many_replicas};
  } else if (desired < current) {
    const int limit = down_limit(current, rules.down, changes, now_s);
    const int allowed = std::max(limit, bounds.min);
    if (desired < allowed)
      return {allowed,
              limit > bounds.min ? HpaLimit::scale_down_limit : HpaLimit::too_few_replicas};
  }
  return {desired, HpaLimit::desired_within_range};
}

HpaLimited hpa_limited(int current, int desired, const HpaBounds& bounds) {
  const int limit = replicas_of(std::max(2.0 * current, 4.0));
  const int allowed = std::min(limit, bounds.max);
  if (desired < bounds.min) return {bounds.min, HpaLimit::too_few_replicas};
  if (desired > allowed)
    return {allowed, limit < bounds.max ? HpaLimit::scale_up_limit : HpaLimit::too_many_replicas};
  return {desired, HpaLimit::desired_within_range};
}

}  // namespace headroom::rivals
