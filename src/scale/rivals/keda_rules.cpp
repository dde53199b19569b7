// ScaledJob strategies and activation.
#include "scale/rivals/keda_rules.h"

#include <algorithm>
#include <cmath>

#include "core/result.h"

namespace headroom::rivals {

std::int64_t scaled_job_scale(const ScaledJobRules& rules, const ScaledJobSeen& seen) {
  const std::int64_t max = rules.replicas_max;
  switch (rules.strategy) {
    case ScaledJobStrategy::standard:
      return seen.asked - seen.running;
    case ScaledJobStrategy::custom: {
      const double busy = static_cast<double>(seen.running) * rules.running_percentage;
      return std::min(seen.asked - rules.deduction - static_cast<std::int64_t>(std::trunc(busy)),
                      max);
    }
    case ScaledJobStrategy::accurate:
      return seen.asked + seen.running - seen.pending > max ? max - seen.running
                                                            : seen.asked - seen.pending;
    case ScaledJobStrategy::eager:
      return std::min(max - seen.running - seen.pending, seen.asked);
  }
  CHECK(false);
}

int keda_polled(const KedaActivation& rules, bool active, int current, double now_s,
                std::optional<double>& last_active_s) {
  if (active) {
    last_active_s = now_s;
    return current == 0 ? std::max(1, rules.replicas_min) : current;
  }
  if (now_s < rules.initial_cooldown_s) return current;
  const bool cooled = !last_active_s || now_s > *last_active_s + rules.cooldown_s;
  return cooled && rules.replicas_min == 0 ? 0 : current;
}

}  // namespace headroom::rivals
