// From a setting that is the same for all to each rival's own configuration.
#include "scale/rivals/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/text.h"
#include "scale/rivals/effective_hpa.h"
#include "scale/rivals/fixed_fleet.h"
#include "scale/rivals/hpa.h"
#include "scale/rivals/keda.h"
#include "scale/rivals/kpa.h"
#include "scale/rivals/predictive_hpa.h"
#include "scale/rivals/predictive_scaling.h"
#include "scale/rivals/target_tracking.h"
#include "scale/rivals/watermark.h"

namespace headroom::rivals {
namespace {

using Made = std::unique_ptr<Autoscaler>;

/// Requests at once, and requests/s, that a replica is to have.
double concurrency_target(const Setting& setting, const ServiceShape& shape) {
  return setting.target * shape.slots;
}
double rate_target(const Setting& setting, const ServiceShape& shape) {
  return concurrency_target(setting, shape) / shape.service_s;
}

/// Where it can only run with one replica or more.
HpaBounds bounds_of(const ServiceShape& shape) {
  return {.min = std::max(1, shape.min), .max = shape.max};
}

HpaConfig hpa(HpaConfig config, const Setting& setting, const ServiceShape& shape) {
  config.target = config.metric == HpaMetric::cpu ? setting.target : rate_target(setting, shape);
  config.bounds = bounds_of(shape);
  config.behavior->down.window_s = setting.stabilise_s;
  if (setting.fresh_signal) config.signal = Signal::fresh();
  return config;
}

Made hpa_cpu(const Setting& setting, const ServiceShape& shape) {
  return std::make_unique<Hpa>(hpa(HpaConfig::on_cpu(), setting, shape));
}

Made hpa_rate(const Setting& setting, const ServiceShape& shape) {
  return std::make_unique<Hpa>(hpa(HpaConfig::on_rate(), setting, shape));
}

Made phpa(const Setting& setting, const ServiceShape& shape) {
  PredictiveHpaConfig config;
  config.hpa = hpa(config.hpa, setting, shape);
  return std::make_unique<PredictiveHpa>(config);
}

Made ehpa(const Setting& setting, const ServiceShape& shape) {
  EffectiveHpaConfig config;
  config.hpa = hpa(config.hpa, setting, shape);
  return std::make_unique<EffectiveHpa>(config);
}

Made keda(const Setting& setting, const ServiceShape& shape) {
  KedaConfig config{
      .target = concurrency_target(setting, shape), .min = shape.min, .max = shape.max};
  config.behavior->down.window_s = setting.stabilise_s;
  if (setting.fresh_signal) config.signal = Signal::fresh();
  return std::make_unique<Keda>(config);
}

KpaConfig kpa_config(const Setting& setting, const ServiceShape& shape) {
  KpaConfig config{.min = shape.min, .max = shape.max};
  config.rules.target = std::max(0.01, concurrency_target(setting, shape));
  config.rules.capacity = shape.slots;
  return config;
}

/// Its signal is fresh as it is.
Made kpa(const Setting& setting, const ServiceShape& shape) {
  KpaConfig config = kpa_config(setting, shape);
  config.rules.delay_s = setting.stabilise_s;
  return std::make_unique<Kpa>(config);
}

Made kpa_window(const Setting& setting, const ServiceShape& shape) {
  KpaConfig config = kpa_config(setting, shape);
  constexpr double window_min_s = 6;  // what Knative accepts
  config.rules.stable_window_s = std::max(window_min_s, setting.stabilise_s);
  return std::make_unique<Kpa>(config);
}

TargetTrackingConfig tracking(const Setting& setting, const ServiceShape& shape) {
  const HpaBounds bounds = bounds_of(shape);
  TargetTrackingConfig config{.rules = {.target = rate_target(setting, shape),
                                        .out_cooldown_s = setting.stabilise_s,
                                        .in_cooldown_s = setting.stabilise_s,
                                        .min = bounds.min,
                                        .max = bounds.max}};
  if (setting.fresh_signal) config.signal = Signal::fresh();
  return config;
}

Made aws(const Setting& setting, const ServiceShape& shape) {
  return std::make_unique<TargetTracking>(tracking(setting, shape));
}

/// Forecast and scale at its defaults, to the same target as target tracking beside it.
Made aws_predictive(const Setting& setting, const ServiceShape& shape) {
  AwsPredictiveConfig config{.tracking = tracking(setting, shape)};
  config.rules.target = config.tracking.rules.target;
  config.rules.max = config.tracking.rules.max;
  return std::make_unique<AwsPredictive>(config);
}

/// The target is the high mark, which it goes towards within its band.
Made wpa(const Setting& setting, const ServiceShape& shape) {
  constexpr double low_share = 0.7;  // a band that its documentation leaves to the user
  const HpaBounds bounds = bounds_of(shape);
  const double high = rate_target(setting, shape);
  WatermarkConfig config{.rules = {.high = high,
                                   .low = low_share * high,
                                   .converge = Converge::high,
                                   .down_wait_s = setting.stabilise_s,
                                   .min = bounds.min,
                                   .max = bounds.max}};
  if (setting.fresh_signal) config.signal = Signal::fresh();
  return std::make_unique<Watermark>(config);
}

Made fixed(const Setting& setting, const ServiceShape& shape) {
  const int share = static_cast<int>(std::ceil(setting.target * shape.max));
  return std::make_unique<FixedFleet>(std::clamp(share, shape.min, shape.max));
}

struct Entry {
  std::string_view name;
  Made (*make)(const Setting&, const ServiceShape&);
};

constexpr std::array entries{Entry{"hpa-cpu", hpa_cpu},
                             Entry{"hpa-rate", hpa_rate},
                             Entry{"keda", keda},
                             Entry{"kpa", kpa},
                             Entry{"kpa-window", kpa_window},
                             Entry{"aws", aws},
                             Entry{"aws-predictive", aws_predictive},
                             Entry{"wpa", wpa},
                             Entry{"phpa", phpa},
                             Entry{"ehpa", ehpa},
                             Entry{"fixed", fixed}};

constexpr auto entry_names = [] {
  std::array<std::string_view, entries.size()> all;
  std::ranges::transform(entries, all.begin(), &Entry::name);
  return all;
}();

Result<void> check(const Setting& setting, const ServiceShape& shape) {
  const auto wrong = [](std::string message) { return fail(ErrorCode::invalid, message); };
  if (!(setting.target > 0 && setting.target <= 1))
    return wrong(fmt::format("target: must be a share in (0, 1], not {}", setting.target));
  constexpr double stabilise_max_s = 3600;  // the longest that Kubernetes and Knative accept
  if (!(setting.stabilise_s >= 0 && setting.stabilise_s <= stabilise_max_s))
    return wrong(
        fmt::format("stabilise: must be 0 to {} s, not {}", stabilise_max_s, setting.stabilise_s));
  if (shape.slots < 1) return wrong(fmt::format("slots: must be 1 or more, not {}", shape.slots));
  if (!(shape.service_s > 0 && std::isfinite(shape.service_s)))
    return wrong(fmt::format("mean service time: must be above 0 s, not {}", shape.service_s));
  if (shape.min < 0 || shape.max < 1 || shape.min > shape.max)
    return wrong(fmt::format("replicas: must be 0 <= min <= max, 1 <= max, not {} to {}", shape.min,
                             shape.max));
  return {};
}

}  // namespace

std::span<const std::string_view> names() {
  return entry_names;
}

Result<std::unique_ptr<Autoscaler>> make(std::string_view name, const Setting& setting,
                                         const ServiceShape& shape) {
  const auto entry = std::ranges::find(entries, name, &Entry::name);
  if (entry == entries.end()) {
    const auto near = nearest(name, names());
    return fail(
        ErrorCode::invalid,
        near ? fmt::format("no rival is called '{}'; did you mean '{}'?", name, *near)
             : fmt::format("no rival is called '{}'; known: {}", name, fmt::join(names(), ", ")));
  }
  TRY(check(setting, shape));
  return entry->make(setting, shape);
}

}  // namespace headroom::rivals
