// Histograms of growth by situation, shrunk to a pooled one; the best estimator is used.
#include "scale/growth.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <utility>

#include "scale/course.h"
#include "scale/estimate.h"
#include "scale/rises.h"

namespace headroom::scale {
namespace {

constexpr double prior_samples = 100;
constexpr double shrink_samples = 300;
constexpr double half_life_s = 3 * 86400;
constexpr double decay_every_s = 3600;
constexpr std::size_t pending_max = 60;
/// Which estimator is best is told apart at each moment: one that is hardly better may be in use.
constexpr double switch_ratio = 0.99;
/// Demand during the lead time is what was ordered for before; what is ordered now serves its end.
constexpr double end_of_lead_s = 4;
/// A rise by less than this share of demand is none: finer bins would say nothing about replicas.
constexpr double rise_least = 1.0 / 128;
/// What demand is above for a smaller share of the time is no level of it: a burst of half a minute
/// within half a day.
constexpr double peak_share = 0.001;
/// Within so many times the lead time that it was seen over, a rise is taken as it was.
constexpr double lead_tolerance = 2;
constexpr double roughness_memory_s = 300;
constexpr double slope_cuts[] = {1.02, 1.06};
constexpr double volatility_cuts[] = {0.03, 0.08};
constexpr double levels_per_octave = 2;
constexpr int level_count = 64;
/// Below a part of the highest demand of late no levels are told apart: cells that each see little
/// cost more than they tell (8% on a trace with peaks of ten times the median).
constexpr double levels_below = 5.66;

int class_of(double value, const double (&cuts)[2]) {
  return value > cuts[1] ? 2 : value > cuts[0] ? 1 : 0;
}

/// Two neighbouring cells by level and the share of the second: a level that wavers about a
/// border must not make the answer jump.
struct Place {
  int lower = 0;
  int upper = 0;
  double upper_share = 0;
};

double peak_of(const Growth& growth) {
  return rate_above_share(peak_share, growth.levels);
}

Place place_of(const Situation& situation, double peak_per_second) {
  const int kind =
      class_of(situation.slope, slope_cuts) * 3 + class_of(situation.volatility, volatility_cuts);
  const double lowest = std::max(peak_per_second / levels_below, demand_min_per_second);
  const double above_least = std::max(situation.level_per_second, lowest) / demand_min_per_second;
  const double level =
      std::clamp(levels_per_octave * std::log2(above_least), 0.0, level_count - 1.0);
  const int lower = std::min(static_cast<int>(level), level_count - 2);
  return {kind * level_count + lower, kind * level_count + lower + 1, level - lower};
}

const RateHistogram* cell_of(const GrowthRises& rises, int cell) {
  const auto found = rises.cells.find(cell);
  return found == rises.cells.end() ? nullptr : &found->second;
}

ByShare& of(ByEstimator& figures, GrowthEstimator estimator) {
  return figures[std::to_underlying(estimator)];
}

/// Growth seen at lower demand is not believed to lead further above the highest demand of late
/// than this: by situation, and pooled, where high and low are not told apart.
double above_peak(GrowthEstimator estimator) {
  return estimator == GrowthEstimator::pooled ? 1.2 : 1.1;
}

/// Demand that an estimator compares with, for demand that is now `per_second`.
double base_of(GrowthEstimator estimator, double foretold_rise, double per_second) {
  return estimator == GrowthEstimator::by_course ? std::max(0.0, per_second + foretold_rise)
                                                 : per_second;
}

/// What an estimator goes by: what was seen, and how much the prior still counts beside it.
struct Belief {
  std::array<SeenRises, RiseDescent::most> seen{};
  double prior_samples = 0;

  [[nodiscard]] double samples() const {
    double sum = prior_samples;
    for (const auto& [rises, weight] : seen)
      if (rises != nullptr) sum += weight * samples_of(*rises);
    return sum;
  }
};

/// What each estimator believes, of all that was seen and of moments like this one alone.
struct Beliefs {
  Belief all;
  Belief own;
};

/// From all situations as much as counts for `shrink_samples`, and unless the estimator pools, all
/// that was seen in its own.
Beliefs beliefs_of(const GrowthRises& rises, GrowthEstimator estimator, const Place& place,
                   double prior_left) {
  Beliefs out{.all = {.seen = {}, .prior_samples = prior_left},
              .own = {.seen = {}, .prior_samples = prior_samples}};
  out.all.seen[0] = {&rises.pooled, 1};
  if (estimator == GrowthEstimator::pooled) return out;
  const double shrink = shrink_samples / out.all.samples();
  out.all.seen[0].weight = shrink;
  out.all.prior_samples *= shrink;
  out.own.prior_samples *= shrink;
  out.own.seen[1] = {cell_of(rises, place.lower), 1 - place.upper_share};
  out.own.seen[2] = {cell_of(rises, place.upper), place.upper_share};
  out.all.seen[1] = out.own.seen[1];
  out.all.seen[2] = out.own.seen[2];
  return out;
}

/// How much larger rises are now than those seen, as the lead time has become longer: by its root,
/// as those of a walk at random. Not smaller where it has become shorter: what comes at once does
/// not.
double longer_lead(const Growth& growth) {
  if (growth.seen_over_s <= 0) return 1;
  return std::sqrt(std::max(1.0, growth.lead_s / (lead_tolerance * growth.seen_over_s)));
}

/// Demand after the lead time that is exceeded after each of `shares` of moments, which fall and
/// are at most growth_shares_max. Into `out`, as many.
void exceeded(const Growth& growth, GrowthEstimator estimator, const Situation& situation,
              std::span<const double> shares, double per_second, std::span<double> out) {
  const GrowthRises& rises =
      estimator == GrowthEstimator::by_course ? growth.rises_beyond_course : growth.rises;
  const double base = base_of(estimator, growth.foretold_rise, per_second);
  const double longer = longer_lead(growth);
  const auto descend = [&](const Belief& belief, double samples, std::span<double> demand) {
    RiseDescent descent(belief.seen, {.samples = belief.prior_samples, .base = base});
    for (std::size_t i = shares.size(); i-- > 0;) {
      const double rise = descent.exceeded_by(shares[i] * samples);
      demand[i] = std::max(0.0, base + std::max(rise, longer * rise));
    }
  };
  if (rises.pooled.empty())
    return descend({.seen = {}, .prior_samples = prior_samples}, prior_samples, out);
  const double peak = peak_of(growth);
  const Beliefs beliefs =
      beliefs_of(rises, estimator, place_of(situation, peak), growth.prior_samples);
  const double samples = beliefs.all.samples();
  descend(beliefs.all, samples, out);
  // Who must outgrow it less often than that has a higher one.
  const auto top = [&](double share) {
    return above_peak(estimator) *
           (share < peak_share ? rate_above_share(share, growth.levels) : peak);
  };
  if (out.back() <= above_peak(estimator) * peak) return;
  // Beyond the peak only the prior and what was seen in this very situation are believed.
  std::array<double, growth_shares_max> by_own{};
  descend(beliefs.own, samples, by_own);
  for (std::size_t i = 0; i < shares.size(); ++i)
    if (out[i] > top(shares[i])) out[i] = std::max(top(shares[i]), by_own[i]);
}

void learn_rise(double rise, double base, const Place& place, double weight, GrowthRises& rises) {
  const double seen = std::abs(rise) < rise_least * base ? 0 : rise;
  add_rate(seen, weight, rises.pooled);
  add_rate(seen, weight * (1 - place.upper_share), rises.cells[place.lower]);
  add_rate(seen, weight * place.upper_share, rises.cells[place.upper]);
}

/// The share nearest to `permitted` of those that estimators are scored at.
std::size_t scored_as(double permitted) {
  const auto distance = [permitted](double share) { return std::abs(std::log(share / permitted)); };
  return static_cast<std::size_t>(
      std::ranges::min_element(growth_shares, std::ranges::less{}, distance) -
      growth_shares.begin());
}

void learn_moment(const GrowthMoment& moment, double permitted, double weight, Growth& growth) {
  const double base = std::max(moment.per_second, demand_min_per_second);
  const Place place =
      place_of({moment.slope, moment.volatility, moment.level_per_second}, peak_of(growth));
  const double came = moment.highest_per_second;
  learn_rise(came - base, base, place, weight, growth.rises);
  learn_course(moment.features, (came - base - moment.season_rise) / base, weight, growth.course);
  const double on_course = base_of(GrowthEstimator::by_course, moment.foretold_rise, base);
  learn_rise(came - on_course, base, place, weight, growth.rises_beyond_course);
  const double share = std::min(1.0, weight / samples_of(growth.rises.pooled));
  growth.seen_over_s =
      growth.seen_over_s > 0
          ? growth.seen_over_s * std::pow(growth.lead_s / growth.seen_over_s, share)
          : growth.lead_s;

  for (std::size_t e = 0; e < growth.loss.size(); ++e)
    for (std::size_t s = 0; s < growth_shares.size(); ++s)
      growth.loss[e][s] += weight / base *
                           quantile_loss({.expected = moment.expected_per_second[e][s],
                                          .came = came,
                                          .exceeded_share = growth_shares[s]});
  const std::size_t now = scored_as(permitted);
  const auto least = std::ranges::min_element(growth.loss, std::ranges::less{},
                                              [now](const ByShare& losses) { return losses[now]; });
  if ((*least)[now] < switch_ratio * of(growth.loss, growth.estimator)[now])
    growth.estimator = static_cast<GrowthEstimator>(least - growth.loss.begin());
}

void decay(Growth& growth) {
  const double kept = std::exp2(-decay_every_s / half_life_s);
  fade(kept, growth.levels);
  for (auto* rises : {&growth.rises, &growth.rises_beyond_course}) {
    fade(kept, rises->pooled);
    for (auto& [cell, histogram] : rises->cells) fade(kept, histogram);
    std::erase_if(rises->cells, [](const auto& cell) { return cell.second.empty(); });
  }
  growth.prior_samples *= kept;
  fade(kept, growth.course);
  for (auto& losses : growth.loss)
    for (double& loss : losses) loss *= kept;
}

/// Four digits: what is stored stays short.
double rounded(double per_second) {
  if (!(per_second > 0)) return 0;
  const double unit = std::pow(10.0, std::floor(std::log10(per_second)) - 3);
  return std::round(per_second / unit) * unit;
}

/// A journal from before there was a course tells of no rises beyond it: they are as those above
/// demand until more is known, and it has proved nothing.
void begin_course(Growth& growth) {
  if (!growth.rises_beyond_course.pooled.empty() || growth.rises.pooled.empty()) return;
  growth.rises_beyond_course = growth.rises;
  of(growth.loss, GrowthEstimator::by_course) = of(growth.loss, GrowthEstimator::by_situation);
  if (growth.estimator == GrowthEstimator::by_course)
    growth.estimator = GrowthEstimator::by_situation;
}

GrowthMoment moment_of(const Growth& growth, const Demand& now, const Situation& before,
                       const CourseFeatures& features, double season_rise) {
  GrowthMoment moment{.per_second = now.per_second,
                      .slope = before.slope,
                      .volatility = before.volatility,
                      .level_per_second = before.level_per_second,
                      .season_rise = season_rise,
                      .foretold_rise = growth.foretold_rise,
                      .features = features};
  const double base = std::max(now.per_second, demand_min_per_second);
  for (const auto estimator :
       {GrowthEstimator::pooled, GrowthEstimator::by_situation, GrowthEstimator::by_course}) {
    ByShare& expected = of(moment.expected_per_second, estimator);
    exceeded(growth, estimator, before, growth_shares, base, expected);
    for (double& one : expected) one = rounded(one);
  }
  return moment;
}

}  // namespace

void grown(const Growth& growth, const Situation& situation, std::span<const double> permitted,
           double per_second, std::span<double> out) {
  exceeded(growth, growth.estimator, situation, permitted, per_second, out);
}

double grown(const Growth& growth, const Situation& situation, double permitted,
             double per_second) {
  double out = 0;
  exceeded(growth, growth.estimator, situation, std::span(&permitted, 1), per_second,
           std::span(&out, 1));
  return out;
}

void learn_growth(const Demand& now, const Situation& before, double permitted, double lead_s,
                  double tick_s, double season_rise, Growth& growth) {
  growth.lead_s = lead_s;
  begin_course(growth);
  if (growth.levels.empty()) growth.prior_samples = prior_samples;
  add_rate(now.rapid, tick_s, growth.levels);
  // With a long lead time not every second is noted; those that are count for more.
  const double stride_s = std::max(1.0, lead_s / static_cast<double>(pending_max));
  std::size_t over = 0;
  for (auto& moment : growth.pending) {
    moment.age_s += tick_s;
    if (moment.age_s >= lead_s - end_of_lead_s)
      moment.highest_per_second = std::max(moment.highest_per_second, now.latest);
    if (moment.age_s < lead_s) continue;
    learn_moment(moment, permitted, stride_s, growth);
    ++over;
  }
  growth.pending.erase(growth.pending.begin(),
                       growth.pending.begin() + static_cast<std::ptrdiff_t>(over));

  follow(now, tick_s, growth.course);
  const double lead_ago = growth.pending.empty() ? now.steady : growth.pending.front().per_second;
  const CourseFeatures features = features_of(growth.course, now, lead_ago, season_rise);
  growth.foretold_rise = season_rise + beyond_days_before(growth.course, features) *
                                           std::max(now.per_second, demand_min_per_second);

  growth.since_moment_s += tick_s;
  if (now.per_second > 0 && growth.since_moment_s >= stride_s - 0.5) {
    growth.since_moment_s = 0;
    growth.pending.push_back(moment_of(growth, now, before, features, season_rise));
  }

  growth.since_decay_s += tick_s;
  if (growth.since_decay_s >= decay_every_s) {
    growth.since_decay_s = 0;
    decay(growth);
  }
}

double growth_seen_s(const Growth& growth) {
  return samples_of(growth.rises.pooled);
}

void forget_pending(Growth& growth) {
  growth.pending.clear();
}

Situation situation_of(const Demand& demand, double tick_s, double& roughness) {
  const double base = std::max(demand.sustained, demand_min_per_second);
  const double difference = demand.rapid / base - 1;
  const double share = 1 - std::exp(-tick_s / roughness_memory_s);
  roughness += share * (difference * difference - roughness);
  const double chance = 2 / (demand.rapid_s * base);  // twice Poisson's: its own estimate wavers
  const double steady = std::max(demand.steady, demand_min_per_second);
  return {.slope = std::max(demand.per_second, demand_min_per_second) / steady,
          .volatility = std::sqrt(std::max(0.0, roughness - chance)),
          .level_per_second = demand.per_second};
}

}  // namespace headroom::scale
