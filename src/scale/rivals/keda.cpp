// KEDA's poll beside the period of its HPA.
#include "scale/rivals/keda.h"

#include <algorithm>

#include "core/result.h"
#include "scale/rivals/replicas_seen.h"

namespace headroom::rivals {
namespace {

Quantity quantity_of(KedaMetric metric) {
  return metric == KedaMetric::rate ? Quantity::counter : Quantity::gauge;
}

}  // namespace

Keda::Keda(const KedaConfig& config)
    : config_(config),
      polling_(config.polling_s, config.sync_offset_s),
      sync_(config.sync_s, config.sync_offset_s),
      loop_({.min = std::max(1, config.min), .max = std::max(1, config.max)}, config.behavior),
      meter_(config.signal, quantity_of(config.metric)) {
  CHECK(config.target > 0);
  config_.activation.replicas_min = config.min;
}

int Keda::decide(const Now& now, Duration dt, const scale::ServiceSeen& seen) {
  const double at_s = elapsed_.at(now, dt);
  if (wanted_ < 0) wanted_ = std::max(config_.min, existing_replicas(seen, 0));
  observe(at_s, seconds(dt), seen);
  if (polling_.due(at_s)) poll(at_s);
  if (sync_.due(at_s)) sync(at_s, seen);
  return wanted_;
}

void Keda::observe(double at_s, double dt_s, const scale::ServiceSeen& seen) {
  if (seen.completeness <= 0 || dt_s <= 0)
    meter_.add_unseen(at_s);
  else if (config_.metric == KedaMetric::rate)
    meter_.add(at_s, dt_s, static_cast<double>(seen.arrivals) / dt_s);
  else
    meter_.add(at_s, dt_s, seen.concurrency + static_cast<double>(seen.waiting));
}

/// A trigger that fails is neither active nor idle: nothing is done about it.
void Keda::poll(double at_s) {
  const auto value = meter_.value(at_s);
  if (!value) return;
  const bool active = milli(*value) > milli(config_.activation_threshold);
  wanted_ = keda_polled(config_.activation, active, wanted_, at_s, last_active_s_);
}

void Keda::sync(double at_s, const scale::ServiceSeen& seen) {
  std::optional<int> proposal;
  if (const auto value = meter_.value(at_s))
    proposal =
        hpa_external_proposal(milli(*value), std::max<std::int64_t>(1, milli(config_.target)),
                              existing_replicas(seen, wanted_), config_.tolerance)
            .replicas;
  wanted_ = loop_.reconcile(at_s, wanted_, proposal);
}

}  // namespace headroom::rivals
