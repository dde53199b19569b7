// Batch means, drift, and what is proven.
#include "scale/confidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "scale/best_point.h"
#include "scale/capacity.h"
#include "scale/estimate.h"
#include "scale/version_check.h"

namespace headroom::scale {
namespace {

constexpr double both_sides_z = 1.645;  // 90%
constexpr double one_side_z = 1.28;     // 90%, as capacity is learned by
/// Attempts tell of a capacity with at least this part of it in flight, and at most so much more.
constexpr double near_part = 0.8;
/// Fewer at a level are chance.
constexpr double level_attempts_min = 20;
/// Each attempt above what was a guess moves its end by this part of the way: twenty are a mean.
constexpr double shown_by_one = 1.0 / 20;
/// One block is taken to differ by this where none has been seen yet: see VersionCheck.
constexpr double deviation_at_first = 0.05;
/// What a replica carries is taken to wander by 5% in a day, with the root of time: after ten days
/// it is as unsure as what is a step beyond what was tried. An assumption, not a measurement.
constexpr double wanders_a_day = 0.05;
constexpr double day_s = 86'400;
constexpr double said_from_s = 3600;

/// In flight, of the attempts that tell most of a capacity: those about it, or about the most that
/// was seen where it is beyond that.
struct Near {
  double from = 0;
  double to = 0;
  [[nodiscard]] bool has(double concurrency) const {
    return from <= concurrency && concurrency <= to;
  }
};

Near near_to(const Capacity& capacity, const std::vector<LevelEvidence>& levels) {
  std::size_t top = levels.size();
  while (top > 0 && levels[top - 1].attempts < level_attempts_min) --top;
  const double seen = top > 0 ? concurrency_of(top - 1) : 1;
  const double about = std::min(capacity.concurrency, seen);
  return {.from = near_part * about, .to = std::max(about + 1, about / near_part)};
}

double attempts_at(const Near& near, const std::vector<LevelEvidence>& levels) {
  double attempts = 0;
  for (std::size_t i = 0; i < levels.size(); ++i)
    if (near.has(concurrency_of(i))) attempts += levels[i].attempts;
  return attempts;
}

/// The point that the capacity is next to.
const Point& point_of(const Curve& curve, const Capacity& capacity) {
  return *std::ranges::min_element(curve.points, {}, [&capacity](const Point& point) {
    return std::abs(point.concurrency - capacity.concurrency);
  });
}

/// Of the logarithm of a mean latency of so many attempts.
double deviation(double attempts, const VersionCheck& check, double age_s) {
  const double blocks = check.noise_attempts > 0 ? attempts / check.noise_attempts : 1;
  const double by_chance = attempts_for_one(check) / attempts +
                           deviation_at_first * deviation_at_first / std::max(1.0, blocks);
  const double by_age = wanders_a_day * wanders_a_day * age_s / day_s;
  return std::sqrt(by_chance + by_age);
}

/// The most requests/s at points that are in time for sure, with as few independent attempts as
/// there are; at the first point where none is.
double sure_of(const Curve& curve, double attempts_for_one, double guessed_above) {
  double most = curve.points.front().per_second();
  for (const Point& point : curve.points) {
    if (guessed_above > 0 && point.concurrency > guessed_above) break;
    const double attempts = point.attempts / attempts_for_one;
    if (wilson(point.late * attempts, attempts, one_side_z) > curve.blameless) break;
    most = std::max(most, point.per_second());
  }
  return most;
}

std::string ago(double age_s) {
  if (age_s < 2 * 86'400) return fmt::format("{:.0f} hours ago", std::round(age_s / 3600));
  return fmt::format("{:.0f} days ago", std::round(age_s / day_s));
}

}  // namespace

void note_attempts(const ByConcurrency& seen, const std::vector<LevelEvidence>& levels,
                   double tick_s, Capacity& capacity) {
  capacity.age_s += tick_s;
  const Near near = near_to(capacity, levels);
  double attempts = 0;
  double& shown = capacity.guessed_above;
  for (std::size_t i = 0; i < ByConcurrency::level_count; ++i) {
    if (seen.attempts[i] == 0) continue;
    const double concurrency = concurrency_of(i);
    if (near.has(concurrency)) attempts += seen.attempts[i];
    if (shown > 0 && concurrency > shown)
      shown += std::min(1.0, shown_by_one * seen.attempts[i]) * (concurrency - shown);
  }
  if (attempts <= 0) return;
  const double before = attempts_at(near, levels);
  capacity.age_s *= before / (before + attempts);
}

void set_range(const Curve& curve, const VersionCheck& check, Capacity& capacity) {
  capacity.low_per_second = capacity.high_per_second = 0;
  if (!is_learned(capacity) || curve.points.empty()) return;
  const Point& top = curve.points.back();
  const double each = capacity.per_second();
  const double spread =
      std::exp(both_sides_z * deviation(point_of(curve, capacity).weight, check, capacity.age_s));
  const double low =
      std::min(each, sure_of(curve, attempts_for_one(check), capacity.guessed_above));
  const double beyond = top.latency_s > 0 ? capacity.concurrency / top.latency_s : each;
  const double high = capacity.end_seen ? each : std::max(each, beyond);
  capacity.low_per_second = low / spread;
  capacity.high_per_second = high * spread;
}

std::string confidence_text(const Capacity& capacity) {
  if (capacity.high_per_second <= 0) return {};
  // One format, as it is written for each service and tick.
  const int digits = capacity.low_per_second >= 99.95 ? 0 : 1;
  std::string text = fmt::format("90% sure of {:.{}f} to {:.{}f}", capacity.low_per_second, digits,
                                 capacity.high_per_second, digits);
  if (capacity.age_s >= said_from_s) text += fmt::format(", as of {}", ago(capacity.age_s));
  return text;
}

}  // namespace headroom::scale
