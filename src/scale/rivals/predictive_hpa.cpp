// The greater of what the HPA works out and what its history forecasts.
#include "scale/rivals/predictive_hpa.h"

#include <algorithm>
#include <cmath>

#include "core/result.h"
#include "scale/rivals/replicas_seen.h"

namespace headroom::rivals {

PredictiveHpa::PredictiveHpa(const PredictiveHpaConfig& config)
    : config_(config),
      sync_(config.hpa.sync_s, config.hpa.sync_offset_s),
      loop_(config.hpa.bounds, config.hpa.behavior, config.hpa.window_s),
      rate_(config.hpa.signal, Quantity::counter),
      model_(static_cast<std::size_t>(config.season_points),
             static_cast<std::size_t>(config.seasons_kept), config.smoothing) {
  CHECK(config.hpa.metric == HpaMetric::rate && config.hpa.target > 0);
  CHECK(config.per_sync_period >= 1);
}

int PredictiveHpa::decide(const Now& now, Duration dt, const scale::ServiceSeen& seen) {
  const double at_s = elapsed_.at(now, dt);
  const double dt_s = seconds(dt);
  if (wanted_ < 0) wanted_ = std::max(config_.hpa.bounds.min, existing_replicas(seen, 0));
  if (seen.completeness > 0 && dt_s > 0)
    rate_.add(at_s, dt_s, static_cast<double>(seen.arrivals) / dt_s);
  else
    rate_.add_unseen(at_s);
  if (sync_.due(at_s)) wanted_ = loop_.reconcile(at_s, wanted_, proposal(at_s, seen));
  return wanted_;
}

/// The last forecast holds until the next one.
std::optional<int> PredictiveHpa::proposal(double at_s, const scale::ServiceSeen& seen) {
  const auto rate = rate_.value(at_s);
  if (!rate) return std::nullopt;
  const HpaConfig& hpa = config_.hpa;
  const int reactive =
      hpa_external_proposal(milli(*rate), std::max<std::int64_t>(1, milli(hpa.target)),
                            existing_replicas(seen, wanted_), hpa.tolerance)
          .replicas;
  if (looks_++ % config_.per_sync_period == 0) {
    model_.add(reactive);
    forecast_.reset();
    if (const auto next = model_.next())
      forecast_ = static_cast<int>(std::ceil(std::clamp(*next, 0.0, double(hpa.bounds.max))));
  }
  return std::max(reactive, forecast_.value_or(0));
}

}  // namespace headroom::rivals
