// A gradient towards a third of the objective, between bounds that the capacity curve sets.
#include "scale/limit.h"

#include <algorithm>
#include <cmath>

#include "scale/capacity.h"
#include "scale/cold_start.h"
#include "scale/curve.h"
#include "scale/seen.h"

namespace headroom::scale {
namespace {

/// An attempt's share of the objective. Who waits at the gateway takes up to half of the rest (see
/// protect/patience.h): one third each, and one for chance.
constexpr double at_replica = 1.0 / 3;
/// A limit is judged by the attempts sent with at least this share of it in flight,
constexpr double close = 0.75;
/// once there are so many.
constexpr double attempts_min = 10;
/// At most halved or doubled at a time: what is seen may be a moment's.
constexpr double step_max = 2;
/// Objectives up to this have the prior's concurrency, longer ones more in proportion.
constexpr double prior_objective_s = 0.5;
/// A concurrency may be let in at which no more are late. Not the permitted share, by which
/// capacity is judged: a few late ones, as where the machine stood still for a moment, cost less
/// than the places would, and what is not let in any more has no evidence to be mended by.
constexpr double late_max = 0.25;
/// But no concurrency is kept to at which so many are late, unless fewer are known to do less.
constexpr double late_untried = 0.1;
constexpr double late_excused = 1.5;  // times those that are late with the least in flight
constexpr double mostly = 0.5;
constexpr double same_latency = 1.25;
constexpr double same_throughput = 0.97;

/// What the evidence says of the limit.
struct Bounds {
  double least = 1;
  double most = 0;
  bool open = true;  // it is not known that more than `least` would be of no use
};

Bounds bounds_of(const ServicePolicy& policy, const ServiceModel& model) {
  const double allowed = std::max(1, policy.replicas.concurrency);
  const double objective_s = seconds(policy.objective.latency);
  const Curve curve =
      curve_of(model.levels, std::max(late_max, permitted_share(policy)), objective_s);
  // Lateness that was there with the least in flight that was seen is excused by the curve; but if
  // there were never few, fewer are to be tried.
  const auto late = std::ranges::find_if(
      curve.points, [&](const Point& point) { return !point.in_time || point.late > mostly; });
  double greatest = 0;
  for (auto point = curve.points.begin(); point != late; ++point)
    greatest = std::max(greatest, point->per_second());
  const auto best = std::find_if(curve.points.begin(), late, [&](const Point& point) {
    return point.per_second() >= same_throughput * greatest;
  });
  if (best == late) return {.least = 1, .most = allowed, .open = true};
  const bool open = best + 1 == curve.points.end();
  const double most = open ? allowed : extrapolation_max * best->concurrency + 1;
  // Where that many are late fewer may do as much: those that were not tried are.
  double least = best->concurrency;
  const double excused = std::max(permitted_share(policy), late_excused * curve.late_alone);
  if (best->late > std::max(late_untried, excused))
    least = best == curve.points.begin() ? 1 : (best - 1)->concurrency + 1;
  return {.least = std::clamp(std::min(least, best->concurrency), 1.0, allowed),
          .most = std::clamp(most, 1.0, allowed),
          .open = open};
}

/// Before anything is learned: what the user stated, or so little that overload does no harm. A
/// long objective is that of requests that wait elsewhere, of which many fit into one replica.
double first_limit(const ServicePolicy& policy) {
  const int stated = policy.replicas.concurrency;
  if (stated < spec::Replicas{}.concurrency) return stated;
  return concurrency_prior * std::max(1.0, seconds(policy.objective.latency) / prior_objective_s);
}

void gather(const ByConcurrency& seen, InFlightLimit& limit) {
  const auto from = static_cast<std::uint32_t>(std::max(1.0, close * limit.places()));
  for (std::size_t i = ByConcurrency::level_of(from); i < ByConcurrency::level_count; ++i) {
    limit.attempts += seen.attempts[i];
    limit.found += seen.attempts[i] * concurrency_of(i);
    limit.late += seen.late[i];
    limit.latency_s += seen.latency_s[i];
  }
}

/// Where most are late and none was sent with as many in flight as the limit lets in, it is far too
/// high, and would never be judged: it begins with what was seen.
void come_down(const ByConcurrency& seen, InFlightLimit& limit) {
  double attempts = 0;
  double late = 0;
  std::size_t highest = 0;
  for (std::size_t i = 0; i < ByConcurrency::level_count; ++i) {
    attempts += seen.attempts[i];
    late += seen.late[i];
    if (seen.attempts[i] > 0) highest = i;
  }
  if (attempts < attempts_min || late <= late_max * attempts) return;
  const auto above = std::min(highest + 1, ByConcurrency::level_count - 1);
  limit.in_flight = std::min<double>(limit.in_flight, ByConcurrency::edge(above));
}

/// How long attempts take beside those with half as many in flight or fewer, but for what is chance
/// in so few. Under overload from the first second on, and with one in flight, there are none.
enum class Pace : std::uint8_t { unknown, as_quick, slower };

Pace pace_of(const ServiceModel& model, const InFlightLimit& limit) {
  LevelEvidence few;
  for (std::size_t i = 0;
       i < model.levels.size() && step_max * concurrency_of(i) * limit.attempts <= limit.found;
       ++i) {
    few.attempts += model.levels[i].attempts;
    few.latency_s += model.levels[i].latency_s;
  }
  if (few.attempts < attempts_min) return Pace::unknown;
  const double same = same_latency * (1 + 1 / std::sqrt(limit.attempts));
  return limit.latency_s * few.attempts <= same * few.latency_s * limit.attempts ? Pace::as_quick
                                                                                 : Pace::slower;
}

/// What the attempts that were gathered say.
double judged(const ServicePolicy& policy, const ServiceModel& model, const Bounds& bounds,
              const InFlightLimit& limit) {
  const double in_flight = limit.found / limit.attempts;
  const double latency_s = std::max(1e-6, limit.latency_s / limit.attempts);
  const double step = at_replica * seconds(policy.objective.latency) / latency_s;
  const double fitting = in_flight * std::clamp(step, 1 / step_max, step_max);
  const Pace pace = pace_of(model, limit);
  // Where nothing is there to compare with, being in time has to do; one in flight are not too
  // many.
  const bool late = limit.late > late_max * limit.attempts && in_flight >= step_max;
  const bool untried = pace == Pace::unknown && bounds.open && !late;
  if (pace != Pace::as_quick && !untried) return fitting;
  const double more = in_flight + std::max(1.0, (extrapolation_max - 1) * in_flight);
  return std::max({limit.in_flight, fitting, more});
}

}  // namespace

InFlightLimit next_limit(const ServicePolicy& policy, const ServiceModel& model,
                         const ByConcurrency& seen, InFlightLimit before) {
  InFlightLimit limit = before;
  if (limit.in_flight <= 0) limit.in_flight = first_limit(policy);
  const Bounds bounds = bounds_of(policy, model);
  come_down(seen, limit);
  gather(seen, limit);
  if (limit.attempts >= attempts_min) limit = {.in_flight = judged(policy, model, bounds, limit)};
  limit.in_flight = std::clamp(limit.in_flight, bounds.least, bounds.most);
  return limit;
}

Admission admission(const InFlightLimit& limit, const ServiceModel& model) {
  return {.in_flight = limit.places(),
          .cold_start = model.lead_s > 0 ? std::max(cold_start_least,
                                                    cold_start_leads * from_seconds(model.lead_s))
                                         : cold_start_prior};
}

Admission first_admission(const ServicePolicy& policy) {
  return admission(next_limit(policy, {}, {}, {}), {});
}

}  // namespace headroom::scale
