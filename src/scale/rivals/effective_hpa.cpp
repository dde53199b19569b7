// The reactive and the predicted metric, and what holds when the latter has run out.
#include "scale/rivals/effective_hpa.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/result.h"
#include "scale/rivals/periodic_forecast.h"
#include "scale/rivals/replicas_seen.h"

namespace headroom::rivals {

EffectiveHpa::EffectiveHpa(const EffectiveHpaConfig& config)
    : config_(config),
      sync_(config.hpa.sync_s, config.hpa.sync_offset_s),
      minute_(60),
      loop_(config.hpa.bounds, config.hpa.behavior, config.hpa.window_s),
      rate_(config.hpa.signal, Quantity::counter),
      history_({60, 60, 0}, Quantity::counter) {
  CHECK(config.hpa.metric == HpaMetric::rate && config.hpa.target > 0);
  CHECK(config.history_minutes > 0 && config.refresh_minutes > 0 && config.window_minutes >= 0);
  minutes_.reserve(2 * static_cast<std::size_t>(config.history_minutes));
}

int EffectiveHpa::decide(const Now& now, Duration dt, const scale::ServiceSeen& seen) {
  const double at_s = elapsed_.at(now, dt);
  const double dt_s = seconds(dt);
  if (wanted_ < 0) wanted_ = std::max(config_.hpa.bounds.min, existing_replicas(seen, 0));
  if (seen.completeness > 0 && dt_s > 0) {
    const double rate = static_cast<double>(seen.arrivals) / dt_s;
    rate_.add(at_s, dt_s, rate);
    history_.add(at_s, dt_s, rate);
  } else {
    rate_.add_unseen(at_s);
    history_.add_unseen(at_s);
  }
  if (minute_.due(at_s)) remember(at_s);
  if (sync_.due(at_s)) wanted_ = loop_.reconcile(at_s, wanted_, proposal(at_s, seen));
  return wanted_;
}

void EffectiveHpa::remember(double at_s) {
  const auto kept = static_cast<std::size_t>(config_.history_minutes);
  if (minutes_.size() == minutes_.capacity())
    minutes_.erase(minutes_.begin(), minutes_.end() - static_cast<std::ptrdiff_t>(kept - 1));
  minutes_.push_back(history_.value(at_s).value_or(std::numeric_limits<double>::quiet_NaN()));
  ++minute_count_;
  if (minute_count_ % config_.refresh_minutes == 0) refresh();
}

/// A forecast stays when there is no new one, until it runs out.
void EffectiveHpa::refresh() {
  if (std::isnan(minutes_.back())) return;  // it would begin in the past
  const std::size_t kept =
      std::min(minutes_.size(), static_cast<std::size_t>(config_.history_minutes));
  auto next = next_period({minutes_.end() - static_cast<std::ptrdiff_t>(kept), minutes_.end()});
  if (!next) return;
  forecast_ = std::move(*next);
  forecast_from_ = minute_count_;
}

/// The greatest value from this minute to the end of the window, as far as the forecast goes.
std::optional<double> EffectiveHpa::forecast(double at_s) const {
  const auto from = static_cast<std::int64_t>(at_s / 60) - forecast_from_;
  const auto size = static_cast<std::int64_t>(forecast_.size());
  if (from < 0 || from >= size) return std::nullopt;
  const std::int64_t end = std::min(size, from + config_.window_minutes + 1);
  return *std::max_element(forecast_.begin() + from, forecast_.begin() + end);
}

/// With several metrics the greatest counts; with one that has failed nothing is lowered.
std::optional<int> EffectiveHpa::proposal(double at_s, const scale::ServiceSeen& seen) {
  const auto replicas_for = [&](double rate) {
    return hpa_external_proposal(milli(rate), std::max<std::int64_t>(1, milli(config_.hpa.target)),
                                 existing_replicas(seen, wanted_), config_.hpa.tolerance)
        .replicas;
  };
  std::optional<int> greatest;
  if (const auto rate = rate_.value(at_s)) greatest = replicas_for(*rate);
  if (forecast_.empty()) return greatest;
  const auto predicted = forecast(at_s);
  const bool failed = !predicted || !greatest;
  if (predicted) greatest = std::max(greatest.value_or(0), replicas_for(*predicted));
  if (failed && greatest && *greatest < wanted_) return std::nullopt;
  return greatest;
}

}  // namespace headroom::rivals
