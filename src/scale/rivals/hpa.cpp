// The Kubernetes HPA: its metric pipelines and its sync period around its rules.
#include "scale/rivals/hpa.h"

#include <algorithm>
#include <cmath>

#include "core/result.h"
#include "scale/rivals/replicas_seen.h"

namespace headroom::rivals {
namespace {

/// The CPU of pods is read in its own way; what is not read needs no such signal.
Signal of_pods(const HpaConfig& config) {
  return config.metric == HpaMetric::cpu ? config.signal : Signal::metrics_server();
}

}  // namespace

HpaConfig HpaConfig::on_rate() {
  return {
      .metric = HpaMetric::rate, .target = 100, .sync_offset_s = 7, .signal = Signal::prometheus()};
}

Hpa::Hpa(const HpaConfig& config)
    : config_(config),
      sync_(config.sync_s, config.sync_offset_s),
      loop_(config.bounds, config.behavior, config.window_s),
      rate_(config.signal, Quantity::counter),
      cpu_(of_pods(config)) {
  CHECK(config.target > 0);
}

int Hpa::decide(const Now& now, Duration dt, const scale::ServiceSeen& seen) {
  const double at_s = elapsed_.at(now, dt);
  if (wanted_ < 0) wanted_ = std::max(config_.bounds.min, existing_replicas(seen, 0));
  observe(at_s, seconds(dt), seen);
  if (sync_.due(at_s)) wanted_ = loop_.reconcile(at_s, wanted_, proposal(at_s, seen));
  return wanted_;
}

void Hpa::observe(double at_s, double dt_s, const scale::ServiceSeen& seen) {
  const bool known = seen.completeness > 0 && dt_s > 0;
  if (config_.metric == HpaMetric::cpu)
    known ? cpu_.add(at_s, dt_s, seen) : cpu_.add_unseen(at_s);
  else
    known ? rate_.add(at_s, dt_s, static_cast<double>(seen.arrivals) / dt_s)
          : rate_.add_unseen(at_s);
}

std::optional<int> Hpa::proposal(double at_s, const scale::ServiceSeen& seen) {
  if (config_.metric == HpaMetric::cpu) {
    cpu_.pods(at_s, seen, pods_);
    const HpaResourceTarget target{
        .utilization_pct = std::max(1, static_cast<int>(std::lround(config_.target * 100))),
        .tolerance = config_.tolerance,
        .readiness = config_.readiness};
    const auto answer = hpa_resource_proposal(pods_, target, wanted_, at_s);
    return answer ? std::optional(answer->replicas) : std::nullopt;
  }
  const auto rate = rate_.value(at_s);
  if (!rate) return std::nullopt;
  return hpa_external_proposal(milli(*rate), std::max<std::int64_t>(1, milli(config_.target)),
                               existing_replicas(seen, wanted_), config_.tolerance)
      .replicas;
}

}  // namespace headroom::rivals
