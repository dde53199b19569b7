// Means of demand over windows, and which of them to go by.
#include "scale/demand.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "scale/seen.h"

namespace headroom::scale {
namespace {

/// Standard deviations of Poisson noise that a window must differ by. Square roots of counts
/// have a deviation of 1/2 whatever their mean, so small counts need no special case.
constexpr double surge_deviations = 5.0;
constexpr double surge_ratio = 1.5;
constexpr double rapid_deviations = 4.5;
constexpr double sustained_deviations = 4.0;
/// What a queue is reckoned to carry for a while: demand above capacity by this share of it. What
/// grows by half, as a surge does, fills the queue in half the time.
constexpr double excess = 0.25;
/// Whoever has waited is still in time when its objective leaves it this many mean service times:
/// about nine of ten are.
constexpr double service_times_left = 2;
/// With fewer sources than this share, scaling up what was seen would invent demand.
constexpr double completeness_min = 0.25;

struct Mean {
  double per_second = 0;
  double known_s = 0;
};

using Windows = std::array<double, 5>;  // s, none shorter than the one before
using Means = std::array<Mean, std::tuple_size_v<Windows>>;

/// In one pass from the newest sample back.
Means means_of(std::span<const DemandSample> samples, const Windows& windows_s) {
  Means means;
  double passed_s = 0;
  double known_s = 0;
  double sum = 0;
  std::size_t window = 0;
  const auto close = [&](double part_s, double per_second) {
    const bool known = part_s > 0 && per_second >= 0;
    const double length_s = known_s + (known ? part_s : 0);
    if (length_s > 0)
      means[window] = {(sum + (known ? part_s * per_second : 0)) / length_s, length_s};
    ++window;
  };
  for (auto sample = samples.rbegin(); sample != samples.rend(); ++sample) {
    while (window < means.size() && passed_s + sample->seconds >= windows_s[window])
      close(windows_s[window] - passed_s, sample->per_second);
    if (window == means.size()) return means;
    passed_s += sample->seconds;
    if (sample->per_second < 0) continue;
    known_s += sample->seconds;
    sum += sample->per_second * sample->seconds;
  }
  while (window < means.size()) close(0, -1);
  return means;
}

/// How many standard deviations `mean` is above `usual`, if `usual` is the truth.
double deviations(const Mean& mean, double usual_per_second) {
  return 2 *
         (std::sqrt(mean.per_second * mean.known_s) - std::sqrt(usual_per_second * mean.known_s));
}

bool sound(double x) {
  return std::isfinite(x) && x >= 0;
}

}  // namespace

bool is_evidence(const ServiceSeen* seen, Duration dt) {
  return seen != nullptr && dt > Duration::zero() && seen->completeness > 0 &&
         seen->completeness <= 1 && sound(seen->covered) && sound(seen->concurrency) &&
         sound(seen->service_time_s) && seen->waiting >= 0;
}

DemandSample demand_sample(const ServiceSeen* seen, Duration dt) {
  const double length_s = std::max(0.0, seconds(dt));
  if (!is_evidence(seen, dt)) return {.seconds = length_s, .per_second = -1};
  const double share = std::max(completeness_min, covered_share(*seen));
  return {.seconds = length_s,
          .per_second = static_cast<double>(seen->arrivals) / (length_s * share)};
}

std::vector<DemandSample> extended(std::span<const DemandSample> past, DemandSample latest) {
  double length_s = latest.seconds;
  auto first = past.size();
  while (first > 0 && length_s < steady_window_s) length_s += past[--first].seconds;
  std::vector<DemandSample> out;
  out.reserve(past.size() - first + 1);
  out.assign(past.begin() + static_cast<std::ptrdiff_t>(first), past.end());
  out.push_back(latest);
  return out;
}

double may_wait_s(const ServicePolicy& policy, const Capacity& capacity) {
  const double in_time_s =
      seconds(policy.objective.latency) - service_times_left * capacity.latency_s;
  return std::max(0.0, std::min(in_time_s, seconds(policy.queue_wait)));
}

double evened_out_s(const ServicePolicy& policy, const Capacity& capacity) {
  return std::clamp(may_wait_s(policy, capacity) / excess,
                    std::min(capacity.latency_s, sustained_window_s), sustained_window_s);
}

Demand demand_now(std::span<const DemandSample> samples, double evened_out_s) {
  const double surge_s = std::max(surge_window_s, evened_out_s * excess / (surge_ratio - 1));
  const double rapid_s = std::max(rapid_window_s, evened_out_s);
  auto [surge, latest, rapid, sustained, steady] =
      means_of(samples, {surge_s, std::max(latest_window_s, evened_out_s), rapid_s,
                         sustained_window_s, steady_window_s});
  if (sustained.known_s <= 0) sustained.per_second = steady.per_second;
  if (rapid.known_s <= 0) rapid.per_second = sustained.per_second;

  Demand demand{.per_second = steady.per_second,
                .window = Rule::steady,
                .window_s = steady_window_s,
                .latest = latest.known_s > 0 ? latest.per_second : rapid.per_second,
                .rapid = rapid.per_second,
                .sustained = sustained.per_second,
                .steady = steady.per_second,
                .rapid_s = rapid_s};
  const auto go_by = [&demand](const Mean& mean, Rule window, double window_s) {
    demand.per_second = mean.per_second;
    demand.window = window;
    demand.window_s = window_s;
  };
  if (std::abs(deviations(sustained, steady.per_second)) > sustained_deviations)
    go_by(sustained, Rule::sustained, sustained_window_s);
  // Compared with 30 s whatever was chosen above: only so does more demand never give less.
  if (deviations(rapid, sustained.per_second) > rapid_deviations &&
      rapid.per_second > demand.per_second)
    go_by(rapid, Rule::rapid, rapid_s);
  if (deviations(surge, sustained.per_second) > surge_deviations &&
      surge.per_second > surge_ratio * sustained.per_second && surge.per_second > demand.per_second)
    go_by(surge, Rule::surge, surge_s);
  return demand;
}

}  // namespace headroom::scale
