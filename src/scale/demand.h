// Demand now, from windows long enough for chance and short enough for change.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "scale/decision.h"
#include "scale/model.h"
#include "scale/observation.h"
#include "scale/state.h"

namespace headroom::scale {

constexpr double surge_window_s = 2;
constexpr double latest_window_s = 3;
constexpr double rapid_window_s = 5;
constexpr double sustained_window_s = 30;
constexpr double steady_window_s = 120;
/// Two requests in the longest window: ratios to less say nothing.
constexpr double demand_min_per_second = 2 / steady_window_s;

struct Demand {
  double per_second = 0;       // what decisions go by
  Rule window = Rule::steady;  // where it comes from: surge, rapid, sustained, steady
  double window_s = 0;
  double latest = 0;  // means, requests/s
  double rapid = 0;
  double sustained = 0;
  double steady = 0;
  double rapid_s = rapid_window_s;  // what `rapid` is the mean of
};

/// For how long a request may wait and still be in time, most likely: as long as the objective
/// leaves it two mean service times, and at most queue.wait of the gateway. Never negative.
[[nodiscard]] double may_wait_s(const ServicePolicy& policy, const Capacity& capacity);

/// How long demand may be a quarter above what replicas carry, and its requests are still in time:
/// they wait, where the objective and the gateway's queue let them. Windows need not be shorter.
/// At least the time of a request (what is in flight is a mean over that anyway), at most 30 s.
[[nodiscard]] double evened_out_s(const ServicePolicy& policy, const Capacity& capacity);

/// Whether `seen` can be believed at all: it is there, some source reported, numbers are numbers.
[[nodiscard]] bool is_evidence(const ServiceSeen* seen, Duration dt);

/// Arrivals as a rate, by what they are of: those of sources that did not report are reckoned in,
/// those of a source that was late are of more than this tick. Unknown (negative) without evidence.
[[nodiscard]] DemandSample demand_sample(const ServiceSeen* seen, Duration dt);

/// The samples of the last 120 s with `latest` at the end.
[[nodiscard]] std::vector<DemandSample> extended(std::span<const DemandSample> past,
                                                 DemandSample latest);

/// Demand at the end of `samples`: the mean of 120 s while the last 30 s agree with it, else of
/// 30 s; of 5 s when that is higher by more than chance, and of 2 s when that is half as much
/// again as 30 s. Where demand is evened out for longer than 5 s, or 4 s, those are as long (half
/// as long). Never falls when the last sample rises.
[[nodiscard]] Demand demand_now(std::span<const DemandSample> samples, double evened_out_s);

}  // namespace headroom::scale
