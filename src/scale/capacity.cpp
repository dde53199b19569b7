// The capacity curve of a replica: evidence by level, made monotone, and the best point on it.
#include "scale/capacity.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "scale/curve.h"
#include "scale/estimate.h"
#include "scale/seen.h"

namespace headroom::scale {
namespace {

/// A level forgets half when this many attempts have come, but not within less than this time.
constexpr double half_life_attempts = 10'000;
constexpr double half_life_s = 600;
/// Levels above the capacity are hardly visited; what was bad there may have been mended since.
constexpr double half_life_above_s = 6 * 3600;
constexpr double below_late = 0.5;
constexpr double equal_throughput = 0.97;
constexpr double keep_throughput = 0.95;
constexpr double suspicion_half_life_s = 10;
constexpr double suspicion_z = 3;
constexpr double suspicion_max_s = 600;
/// What a curve says hardly changes from one second to the next.
constexpr double look_every_s = 5;
constexpr double settle_worse_s = 30;
constexpr double settle_better_s = 120;

double halved(double passed, double half_life) {
  return std::exp(-0.6931471805599453 * passed / half_life);
}

/// Whether attempts turned late at concurrencies that are proven to be fine.
bool is_suspect(const ServicePolicy& policy, const ByConcurrency& seen, double tick_s,
                ServiceModel& model) {
  auto& suspicion = model.suspicion;
  const double kept = halved(tick_s, suspicion_half_life_s);
  suspicion.attempts *= kept;
  suspicion.late *= kept;
  for (std::size_t i = 0; i < ByConcurrency::level_count; ++i) {
    if (concurrency_of(i) > model.capacity.proven) break;
    suspicion.attempts += seen.attempts[i];
    suspicion.late += std::min(seen.late[i], seen.attempts[i]);
  }
  const bool suspect = suspicion.attempts >= 10 &&
                       wilson(suspicion.late, suspicion.attempts, -suspicion_z) >
                           2 * std::max(permitted_share(policy), model.capacity.late_alone);
  suspicion.lasts_s = suspect ? suspicion.lasts_s + tick_s : 0;
  return suspect && suspicion.lasts_s <= suspicion_max_s;
}

void absorb(const ByConcurrency& seen, double tick_s, ServiceModel& model) {
  model.levels.resize(ByConcurrency::level_count);
  const double kept_above = halved(tick_s, half_life_above_s);
  for (std::size_t i = 0; i < ByConcurrency::level_count; ++i) {
    auto& level = model.levels[i];
    const double attempts = seen.attempts[i];
    double kept = concurrency_of(i) > model.capacity.concurrency ? kept_above : 1;
    if (attempts > 0)
      kept *= halved(std::min(attempts / half_life_attempts, tick_s / half_life_s), 1);
    level.attempts = level.attempts * kept + attempts;
    level.late = level.late * kept + std::min<double>(seen.late[i], attempts);
    const bool sound = std::isfinite(seen.latency_s[i]) && seen.latency_s[i] >= 0;
    level.latency_s = level.latency_s * kept + (sound ? seen.latency_s[i] : 0);
  }
}

double prior_concurrency(const ServicePolicy& policy, Basis& basis) {
  const double allowed = std::max(1, policy.replicas.concurrency);
  basis = Basis::stated;
  if (policy.scale.target_concurrency)
    return std::clamp(*policy.scale.target_concurrency, 0.01, allowed);
  if (policy.replicas.concurrency < spec::Replicas{}.concurrency) return allowed;
  basis = Basis::prior;
  return std::min(concurrency_prior, allowed);
}

Capacity prior(const ServicePolicy& policy, const ServiceModel& model) {
  Capacity out;
  out.concurrency = prior_concurrency(policy, out.basis);
  out.latency_s = model.service_time_s > 0
                      ? model.service_time_s
                      : 0.25 * std::max(0.001, seconds(policy.objective.latency));
  return out;
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

/// The best point of those in time; when throughput still grows at the highest one, a step beyond,
/// well below what was late.
Capacity capacity_of(const ServicePolicy& policy, const Curve& curve, double before) {
  std::vector<Point> in_time;
  for (const auto& point : curve.points) {
    if (!point.in_time) break;
    in_time.push_back(point);
  }
  Point chosen = best_of(in_time, before);
  const double top = in_time.back().concurrency;
  if (chosen.concurrency == top) {
    Basis unused{};
    double limit =
        std::min<double>(policy.replicas.concurrency,
                         std::max(prior_concurrency(policy, unused), extrapolation_max * top));
    if (in_time.size() < curve.points.size())
      limit = std::min(limit, below_late * curve.points[in_time.size()].concurrency);
    const Point beyond{limit, latency_above(in_time, limit), true};
    if (limit > top && beyond.latency_s <= 0.5 * seconds(policy.objective.latency) &&
        beyond.per_second() * equal_throughput > chosen.per_second())
      chosen = beyond;
  }
  return {.basis = Basis::learned,
          .concurrency = chosen.concurrency,
          .latency_s = chosen.latency_s,
          .proven = top,
          .late_alone = curve.late_alone,
          .attempts = curve.attempts};
}

/// A better capacity is believed more slowly than a worse one.
void settle(const Capacity& found, double tick_s, Capacity& capacity) {
  if (capacity.basis == Basis::learned || capacity.basis == Basis::held) {
    const bool worse = found.per_second() < capacity.per_second();
    const double share = 1 - std::exp(-tick_s / (worse ? settle_worse_s : settle_better_s));
    const Capacity before = capacity;
    capacity = found;
    capacity.concurrency = before.concurrency + share * (found.concurrency - before.concurrency);
    capacity.latency_s = before.latency_s + share * (found.latency_s - before.latency_s);
  } else {
    capacity = found;
  }
}

}  // namespace

void learn_capacity(const ServicePolicy& policy, const ServiceSeen& seen, double tick_s,
                    ServiceModel& model) {
  const bool suspect = is_suspect(policy, seen.by_concurrency, tick_s, model);
  if (!suspect) absorb(seen.by_concurrency, tick_s, model);

  double attempts = 0;
  double latency_s = 0;
  const double unloaded = std::max(1.0, 0.5 * model.capacity.concurrency);
  for (std::size_t i = 0; i < model.levels.size() && concurrency_of(i) <= unloaded; ++i) {
    attempts += model.levels[i].attempts;
    latency_s += model.levels[i].latency_s;
  }
  if (attempts >= 1)
    model.service_time_s = latency_s / attempts;
  else if (model.service_time_s <= 0)
    model.service_time_s = seen.service_time_s;

  const bool learned =
      model.capacity.basis == Basis::learned || model.capacity.basis == Basis::held;
  model.capacity_age_s += tick_s;
  if (learned && !suspect && model.capacity_age_s < look_every_s - 0.5) return;
  const double passed_s = std::exchange(model.capacity_age_s, 0);
  const Curve curve = curve_of(model.levels, permitted_share(policy));
  if (learned && suspect) {
    model.capacity.basis = Basis::held;
  } else if (!curve.points.empty() && curve.points.front().in_time) {
    settle(capacity_of(policy, curve, model.capacity.concurrency), passed_s, model.capacity);
  } else if (learned) {
    model.capacity.basis = Basis::learned;
  } else {
    model.capacity = prior(policy, model);
  }
}

}  // namespace headroom::scale
