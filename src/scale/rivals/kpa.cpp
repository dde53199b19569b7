// The KPA's scraping, ticks, bounds and way to zero.
#include "scale/rivals/kpa.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "scale/rivals/replicas_seen.h"

namespace headroom::rivals {
namespace {

int buckets(double window_s) {
  return static_cast<int>(std::max(1.0, std::round(window_s)));
}

}  // namespace

Kpa::Kpa(const KpaConfig& config)
    : config_(config),
      tick_(config.tick_s),
      scaler_(config.rules),
      stable_(buckets(config.rules.stable_window_s)),
      panic_(buckets(config.rules.stable_window_s * config.panic_window)) {}

int Kpa::decide(const Now& now, Duration dt, const scale::ServiceSeen& seen) {
  const double at_s = elapsed_.at(now, dt);
  if (wanted_ < 0) start(at_s, seen);
  if (seen.completeness > 0) observe(at_s, seen);
  // The activator's first report of a request at zero brings a tick at once.
  const bool poked = wanted_ == 0 && seen.waiting > 0;
  if (!tick_.due(at_s) && !poked) return wanted_;
  const auto second = static_cast<std::int64_t>(std::llround(at_s));
  const auto stable = stable_.average(second);
  if (!stable) return wanted_;  // no data, no decision
  const KpaAnswer answer = scaler_.tick({.at_s = at_s,
                                         .ready = ready_,
                                         .stable = *stable,
                                         .panic = panic_.average(second).value_or(0)});
  return wanted_ = bounded(above_zero(at_s, answer.desired));
}

void Kpa::start(double at_s, const scale::ServiceSeen& seen) {
  wanted_ = bounded(existing_replicas(seen, 0));
  ready_ = ready_replicas(seen);
  active_since_s_ = at_s;
  if (ready_ > 1) scaler_.panic(at_s, ready_);
}

void Kpa::observe(double at_s, const scale::ServiceSeen& seen) {
  ready_ = ready_replicas(seen);
  const double concurrency = seen.concurrency + static_cast<double>(seen.waiting);
  if (ready_ == 0 && concurrency <= 0) return;  // nobody reports
  const auto second = static_cast<std::int64_t>(std::llround(at_s));
  stable_.record(second, concurrency);
  panic_.record(second, concurrency);
}

int Kpa::bounded(int desired) const {
  return std::clamp(desired, config_.min,
                    config_.max > 0 ? config_.max : std::numeric_limits<int>::max());
}

/// The last pod goes only after the service was up for a stable window and idle for the grace.
int Kpa::above_zero(double at_s, int desired) {
  if (desired > 0) {
    if (wanted_ == 0) active_since_s_ = at_s;
    idle_since_s_.reset();
    return desired;
  }
  if (wanted_ == 0) return 0;
  if (!idle_since_s_) idle_since_s_ = at_s;
  const bool settled = at_s - active_since_s_ >= config_.rules.stable_window_s;
  const double grace_s = std::max(config_.zero_grace_s, config_.retention_s);
  return settled && at_s - *idle_since_s_ >= grace_s ? 0 : 1;
}

}  // namespace headroom::rivals
