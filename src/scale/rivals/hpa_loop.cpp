// The reconcile step of the Kubernetes HPA.
#include "scale/rivals/hpa_loop.h"

#include <algorithm>

#include "core/result.h"

namespace headroom::rivals {
namespace {

double longest_s(const std::optional<HpaBehavior>& behavior, double window_s) {
  if (!behavior) return window_s;
  double longest = 0;
  for (const HpaRules* rules : {&behavior->up, &behavior->down}) {
    longest = std::max(longest, rules->window_s);
    for (const HpaPolicy& policy : rules->policies) longest = std::max(longest, policy.period_s);
  }
  return longest;
}

}  // namespace

HpaLoop::HpaLoop(const HpaBounds& bounds, std::optional<HpaBehavior> behavior, double window_s)
    : bounds_(bounds),
      behavior_(std::move(behavior)),
      window_s_(window_s),
      memory_s_(longest_s(behavior_, window_s)) {
  CHECK(bounds.min >= 1 && bounds.max >= bounds.min);
}

int HpaLoop::reconcile(double now_s, int current, std::optional<int> proposal) {
  forget(now_s);
  if (!begun_) recommendations_.push_back({now_s, current});
  begun_ = true;
  if (current == 0) return 0;
  int desired = current;
  if (current > bounds_.max)
    desired = bounds_.max;
  else if (current < bounds_.min)
    desired = bounds_.min;
  else if (proposal)
    desired = settled(now_s, current, *proposal);
  if (desired > current) added_.push_back({now_s, desired - current});
  if (desired < current) removed_.push_back({now_s, current - desired});
  return desired;
}

int HpaLoop::settled(double now_s, int current, int desired) {
  const int recommended = desired;
  int settled = 0;
  if (behavior_) {
    desired = hpa_stabilised(recommendations_, *behavior_, current, desired, now_s);
    settled =
        hpa_limited(current, desired, bounds_, *behavior_, {added_, removed_}, now_s).replicas;
  } else {
    desired = hpa_stabilised(recommendations_, window_s_, desired, now_s);
    settled = hpa_limited(current, desired, bounds_).replicas;
  }
  recommendations_.push_back({now_s, recommended});
  return settled;
}

void HpaLoop::forget(double now_s) {
  const auto old = [&](const HpaMark& mark) { return now_s - mark.at_s >= memory_s_; };
  std::erase_if(recommendations_, old);
  std::erase_if(added_, old);
  std::erase_if(removed_, old);
}

}  // namespace headroom::rivals
