// Throughput within the objective, and how far beyond what was seen it is believed.
#include "scale/best_point.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "scale/capacity.h"

namespace headroom::scale {
namespace {

constexpr double below_late = 0.5;
constexpr double equal_throughput = 0.97;
constexpr double keep_throughput = 0.95;
constexpr double settle_worse_s = 30;
constexpr double settle_better_s = 120;

/// What the user says that a replica carries.
std::optional<double> stated_concurrency(const ServicePolicy& policy) {
  const double allowed = std::max(1, policy.replicas.concurrency);
  if (policy.scale.target_concurrency)
    return std::clamp(*policy.scale.target_concurrency, 0.01, allowed);
  if (policy.replicas.concurrency < spec::Replicas{}.concurrency) return allowed;
  return std::nullopt;
}

/// What may be tried where no more than `seen` was in flight.
double a_step_above(double seen) {
  return std::max(seen + 1, extrapolation_max * seen);
}

/// The mean latency at `concurrency` above the last point, as it grew on the last step to it.
double latency_above(const std::vector<Point>& points, double concurrency) {
  const Point& top = points.back();
  const Point* lower = &points.front();
  for (const auto& point : points)
    if (point.concurrency * extrapolation_max <= top.concurrency) lower = &point;
  if (lower->concurrency >= top.concurrency || lower->latency_s <= 0) return top.latency_s;
  const double elasticity =
      std::log(top.latency_s / lower->latency_s) / std::log(top.concurrency / lower->concurrency);
  return top.latency_s * std::exp(elasticity * std::log(concurrency / top.concurrency));
}

/// The smallest concurrency with nearly the best throughput. The one `before` is kept for longer.
const Point& best_of(const std::vector<Point>& points, double before) {
  double best = 0;
  for (const auto& point : points) best = std::max(best, point.per_second());
  for (const auto& point : points) {
    const bool same = std::abs(point.concurrency - before) < 0.5;
    if (point.per_second() >= (same ? keep_throughput : equal_throughput) * best) return point;
  }
  return points.back();
}

/// The most that is believed above `in_time`, the points up to the first that is late.
double believed_above(const ServicePolicy& policy, const Curve& curve,
                      const std::vector<Point>& in_time) {
  const double top = in_time.back().concurrency;
  double most = std::max(a_step_above(top), stated_concurrency(policy).value_or(0));
  if (in_time.size() < curve.points.size())
    most = std::min(most, below_late * curve.points[in_time.size()].concurrency);
  return std::min<double>(most, policy.replicas.concurrency);
}

}  // namespace

Capacity guessed_capacity(const ServicePolicy& policy, const Curve& curve, double service_time_s) {
  const auto stated = stated_concurrency(policy);
  Capacity out{.basis = stated ? Basis::stated : Basis::prior,
               .concurrency = stated.value_or(concurrency_prior)};
  if (!curve.points.empty()) {
    const Point& top = curve.points.back();
    if (!stated) out.concurrency = std::min(out.concurrency, a_step_above(top.concurrency));
    out.latency_s = top.latency_s * std::min(1.0, out.concurrency / top.concurrency);
  } else {
    out.latency_s = service_time_s > 0 ? service_time_s
                                       : 0.25 * std::max(0.001, seconds(policy.objective.latency));
  }
  return out;
}

Capacity capacity_of(const ServicePolicy& policy, const Curve& curve, const Capacity& before) {
  std::vector<Point> in_time;
  double proven = 0;
  for (const auto& point : curve.points) {
    if (!point.in_time) break;
    in_time.push_back(point);
    if (point.proven) proven = point.concurrency;
  }
  Point chosen = best_of(in_time, before.concurrency);
  const double top = in_time.back().concurrency;
  bool end_seen = in_time.size() < curve.points.size() || chosen.concurrency < top;
  const bool guessed = before.guessed_above > 0 && before.guessed_above < top;
  if (chosen.concurrency == top && !guessed) {
    const double most = believed_above(policy, curve, in_time);
    const Point beyond{.concurrency = most, .latency_s = latency_above(in_time, most)};
    const bool better = beyond.per_second() * equal_throughput > chosen.per_second();
    end_seen = end_seen || !better;
    if (most > top && better &&
        beyond.latency_s <= presumed_in_time * seconds(policy.objective.latency))
      chosen = beyond;
  }
  return {.basis = Basis::learned,
          .concurrency = chosen.concurrency,
          .latency_s = chosen.latency_s,
          .proven = proven,
          .late_alone = curve.late_alone,
          .attempts = curve.attempts,
          .end_seen = end_seen};
}

void settle(const Capacity& found, double passed_s, Capacity& capacity) {
  const double age_s = capacity.age_s;
  const double guessed_above = capacity.guessed_above;
  if (is_learned(capacity)) {
    const bool worse = found.per_second() < capacity.per_second();
    const double by_time = 1 - std::exp(-passed_s / (worse ? settle_worse_s : settle_better_s));
    const double share = std::max(by_time, 1 - capacity.attempts / found.attempts);
    const Capacity before = capacity;
    capacity = found;
    capacity.concurrency = before.concurrency + share * (found.concurrency - before.concurrency);
    capacity.latency_s = before.latency_s + share * (found.latency_s - before.latency_s);
  } else {
    capacity = found;
  }
  capacity.age_s = age_s;
  capacity.guessed_above = guessed_above < capacity.concurrency ? guessed_above : 0;
  if (capacity.guessed_above > 0) capacity.proven = std::min(capacity.proven, guessed_above);
}

}  // namespace headroom::scale
