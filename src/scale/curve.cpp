// Levels of evidence gathered into points, both of whose curves are made monotone.
#include "scale/curve.h"

#include <algorithm>

#include "scale/estimate.h"

namespace headroom::scale {
namespace {

constexpr double confidence_z = 1.28;  // 90%, one-sided
constexpr double attempts_min = 50;
/// While that many for a point would make few points of all there is, each has its part of it, but
/// never fewer than a mean can be taken of.
constexpr double point_part = 1.0 / 8;
constexpr double point_attempts_min = 20;
/// Where half the permitted share or more is late even with little in flight, concurrency is to
/// blame only for clearly more than that.
constexpr double late_anyway_ratio = 1.5;
/// And for more than chance: the curve is looked at again and again, and what is blamed once is
/// hardly visited any more, so that the mistake would stay for hours.
constexpr double blame_z = 3;
/// Of replicas that always had more than this in flight it is not known how they are with little.
constexpr double little_in_flight = 4;

/// Late shares, nondecreasing, each over enough attempts together with its lower neighbours,
/// unless few already show that they are late.
std::vector<Pooled> late_shares_of(std::span<const Pooled> late, double attempts_least,
                                   double permitted) {
  std::vector<Pooled> shares = nondecreasing(late);
  for (std::size_t i = 0; i < shares.size();) {
    std::size_t end = i + 1;
    while (end < shares.size() && shares[end] == shares[i]) ++end;
    const bool late_for_sure = wilson(shares[i].sum, shares[i].weight, -blame_z) > permitted;
    if (i > 0 && shares[i].weight < attempts_least && !late_for_sure) {
      const Pooled below = shares[i - 1];
      const Pooled both{below.sum + shares[i].sum, below.weight + shares[i].weight};
      for (std::size_t j = 0; j < end; ++j)
        if (j >= i || shares[j] == below) shares[j] = both;
    }
    i = end;
  }
  return shares;
}

/// Neighbouring levels, from the top down, until each point has `attempts_least`.
Curve points_of(const std::vector<LevelEvidence>& levels, double attempts_least,
                std::vector<Pooled>& late, std::vector<Pooled>& latency) {
  Curve curve;
  LevelEvidence sum;
  double in_flight = 0;
  for (std::size_t i = levels.size(); i-- > 0;) {
    sum.attempts += levels[i].attempts;
    sum.late += levels[i].late;
    sum.latency_s += levels[i].latency_s;
    in_flight += levels[i].attempts * concurrency_of(i);
    // What is left at the bottom must not be lost, however little.
    if (sum.attempts < (i == 0 && !curve.points.empty() ? 1 : attempts_least)) continue;
    curve.points.push_back({.concurrency = in_flight / sum.attempts});
    late.push_back({sum.late, sum.attempts});
    latency.push_back({sum.latency_s, sum.attempts});
    curve.attempts += sum.attempts;
    sum = {};
    in_flight = 0;
  }
  std::ranges::reverse(curve.points);
  std::ranges::reverse(late);
  std::ranges::reverse(latency);
  return curve;
}

}  // namespace

void add(const ByConcurrency& from, ByConcurrency& into) {
  for (std::size_t i = 0; i < ByConcurrency::level_count; ++i) {
    into.attempts[i] += from.attempts[i];
    into.late[i] += from.late[i];
    into.latency_s[i] += from.latency_s[i];
  }
}

double concurrency_of(std::size_t level) {
  return 0.5 * (ByConcurrency::edge(level) + (ByConcurrency::edge(level + 1) - 1.0));
}

double attempts_needed(double permitted) {
  return std::max(attempts_min, confidence_z * confidence_z * (1 / permitted - 1) + 1);
}

double attempts_in(const std::vector<LevelEvidence>& levels) {
  double sum = 0;
  for (const auto& level : levels) sum += level.attempts;
  return sum;
}

Curve curve_of(const std::vector<LevelEvidence>& levels, double permitted, double objective_s) {
  const double needed = attempts_needed(permitted);
  const double each = std::max(point_attempts_min,
                               std::min(point_attempts * needed, point_part * attempts_in(levels)));
  std::vector<Pooled> late;
  std::vector<Pooled> latency;
  Curve curve = points_of(levels, each, late, latency);
  if (curve.points.empty()) return curve;
  const auto late_shares = late_shares_of(late, block_attempts * needed, permitted);
  const auto latencies = nondecreasing(latency);
  const bool alone_known = curve.points[0].concurrency <= little_in_flight;
  curve.late_alone = alone_known ? late_shares[0].mean() : 0;
  // By its upper bound: the few that were seen may have been lucky.
  const double alone_most =
      alone_known ? wilson(late_shares[0].sum, late_shares[0].weight, blame_z) : 0;
  const bool late_anyway = alone_most > 0.5 * permitted;
  const double blameless = std::max(permitted, late_anyway_ratio * curve.late_alone);
  curve.blameless = late_anyway ? blameless : permitted;
  for (std::size_t i = 0; i < curve.points.size(); ++i) {
    Point& point = curve.points[i];
    const Pooled& share = late_shares[i];
    const double least = wilson(share.sum, share.weight, -blame_z);
    point.latency_s = latencies[i].mean();
    point.weight = latencies[i].weight;
    point.late = share.mean();
    point.attempts = share.weight;
    point.proven = wilson(share.sum, share.weight, confidence_z) <= permitted ||
                   (late_anyway && least <= blameless);
    // Those with little in flight may have been lucky, and then others are not to blame.
    const bool blamed =
        least > (late_anyway ? std::max(permitted, late_anyway_ratio * alone_most) : permitted);
    const bool little = share.weight < block_attempts * needed;
    const bool presumed = little && point.latency_s <= presumed_in_time * objective_s;
    point.in_time = point.proven || (!blamed && (presumed || (late_anyway && !little)));
  }
  return curve;
}

}  // namespace headroom::scale
