// Alarms, cooldowns and the proportional step of AWS target tracking.
#include "scale/rivals/target_tracking.h"

#include <algorithm>
#include <cmath>

#include "core/result.h"
#include "scale/rivals/replicas_seen.h"

namespace headroom::rivals {
namespace {

/// Without losing a replica to the last digit of a quotient.
int rounded_up(double replicas) {
  constexpr double slack = 1e-9;
  constexpr double limit = 1e9;
  return static_cast<int>(std::ceil(std::min(replicas, limit) * (1 - slack)));
}

bool within(std::optional<double> since_s, double cooldown_s, double at_s) {
  return since_s && at_s - *since_s < cooldown_s;
}

double cores_busy(const scale::ServiceSeen& seen) {
  double sum = 0;
  for (const auto& replica : seen.replicas)
    if (replica.phase == scale::Phase::ready) sum += std::max(0.0, replica.cpu_cores);
  return sum;
}

}  // namespace

int TargetTracker::datapoint(double at_s, int capacity, std::optional<double> value) {
  const bool high = value && *value > rules_.target;
  const bool low = value && *value < rules_.target * rules_.in_band;
  high_ = high ? high_ + 1 : 0;
  low_ = low ? low_ + 1 : 0;
  int wanted = capacity;
  if (high_ >= rules_.out_datapoints) wanted = out(at_s, capacity, *value / rules_.target);
  if (low_ >= rules_.in_datapoints && rules_.scale_in)
    wanted = in(at_s, capacity, *value / rules_.target);
  return std::clamp(wanted, rules_.min, rules_.max);
}

/// While it cools down, what the last one added counts as part of the next: only more adds.
int TargetTracker::out(double at_s, int capacity, double ratio) {
  const bool cooling = within(out_at_s_, rules_.out_cooldown_s, at_s);
  const int base = cooling ? before_out_ : capacity;
  const int wanted = std::min(rounded_up(base * ratio), rules_.max);
  if (wanted <= capacity) return capacity;
  before_out_ = base;
  out_at_s_ = at_s;
  in_at_s_.reset();
  return wanted;
}

int TargetTracker::in(double at_s, int capacity, double ratio) {
  if (within(in_at_s_, rules_.in_cooldown_s, at_s)) return capacity;
  const int wanted = std::max(rounded_up(capacity * ratio), rules_.min);
  if (wanted >= capacity) return capacity;
  in_at_s_ = at_s;
  return wanted;
}

TargetTracking::TargetTracking(const TargetTrackingConfig& config)
    : config_(config),
      datapoints_(config.signal.every_s, config.signal.delay_s),
      load_(config.signal, Quantity::counter),
      ready_(config.signal, Quantity::counter),
      tracker_(config.rules) {
  CHECK(config.rules.target > 0 && config.rules.min >= 1 && config.rules.max >= config.rules.min);
  CHECK(config.signal.delay_s <= config.signal.every_s);
}

int TargetTracking::decide(const Now& now, Duration dt, const scale::ServiceSeen& seen) {
  const double at_s = elapsed_.at(now, dt);
  if (wanted_ < 0) wanted_ = std::max(config_.rules.min, existing_replicas(seen, 0));
  observe(at_s, seconds(dt), seen);
  if (!datapoints_.due(at_s)) return wanted_;
  const auto load = load_.value(at_s);
  const auto ready = ready_.value(at_s);
  std::optional<double> per_replica;
  if (load && ready && *ready > 0) per_replica = *load / *ready;
  return wanted_ = tracker_.datapoint(at_s, wanted_, per_replica);
}

void TargetTracking::observe(double at_s, double dt_s, const scale::ServiceSeen& seen) {
  if (seen.completeness <= 0 || dt_s <= 0) {
    load_.add_unseen(at_s);
    ready_.add_unseen(at_s);
    return;
  }
  const bool cpu = config_.metric == TrackedMetric::cpu;
  load_.add(at_s, dt_s, cpu ? cores_busy(seen) : static_cast<double>(seen.arrivals) / dt_s);
  ready_.add(at_s, dt_s, ready_replicas(seen));
}

}  // namespace headroom::rivals
