// Histograms of growth by situation, shrunk to a pooled one; the best estimator is used.
#include "scale/growth.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "scale/rises.h"

namespace headroom::scale {
namespace {

constexpr double prior_samples = 100;
constexpr double shrink_samples = 300;
constexpr double half_life_s = 3 * 86400;
constexpr double decay_every_s = 3600;
constexpr std::size_t pending_max = 60;
constexpr double switch_ratio = 0.9;
/// Demand during the lead time is what was ordered for before; what is ordered now serves its end.
constexpr double end_of_lead_s = 4;
constexpr double peak_half_life_s = 7 * 86400;
constexpr double roughness_memory_s = 300;
constexpr double slope_cuts[] = {1.02, 1.06};
constexpr double volatility_cuts[] = {0.03, 0.08};
constexpr int level_count = 6;
constexpr double levels_per_octave = 2;

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

Place place_of(const Situation& situation, double peak_per_second) {
  const int kind =
      class_of(situation.slope, slope_cuts) * 3 + class_of(situation.volatility, volatility_cuts);
  const double share_of_peak = std::max(situation.level_per_second, demand_min_per_second) /
                               std::max(peak_per_second, demand_min_per_second);
  const double level = std::clamp(level_count - 1 + levels_per_octave * std::log2(share_of_peak),
                                  0.0, level_count - 1.0);
  const int lower = std::min(static_cast<int>(level), level_count - 2);
  return {kind * level_count + lower, kind * level_count + lower + 1, level - lower};
}

double sum_of(const std::vector<double>& bins) {
  double sum = 0;
  for (const double b : bins) sum += b;
  return sum;
}

void add_scaled(const std::map<int, std::vector<double>>& cells, int cell, double share,
                std::vector<double>& bins) {
  const auto found = cells.find(cell);
  if (found == cells.end()) return;
  bins.resize(rise_bins);
  for (std::size_t i = 0; i < rise_bins; ++i) bins[i] += share * found->second[i];
}

double& of(ByEstimator& figures, GrowthEstimator estimator) {
  return figures[std::to_underlying(estimator)];
}

/// Growth seen at lower demand is not believed to lead further above the highest demand of late
/// than this: by situation, and pooled, where high and low are not told apart.
double above_peak(GrowthEstimator estimator) {
  return estimator == GrowthEstimator::pooled ? 1.2 : 1.1;
}

/// Demand that an estimator compares with, for demand that is now `per_second`.
double base_of(GrowthEstimator estimator, double season_rise, double per_second) {
  return estimator == GrowthEstimator::by_season ? std::max(0.0, per_second + season_rise)
                                                 : per_second;
}

/// What an estimator goes by: what was seen, and how much the prior still counts beside it.
struct Belief {
  std::vector<double> bins;
  double prior_samples = 0;

  [[nodiscard]] double samples() const { return sum_of(bins) + prior_samples; }
};

/// `general`, from all situations, as much as it weighs, and unless the estimator pools, what was
/// seen in its own.
Belief belief_of(const GrowthRises& rises, GrowthEstimator estimator, const Place& place,
                 double all_samples, Belief general) {
  if (estimator == GrowthEstimator::pooled) return general;
  const double shrink = shrink_samples / all_samples;
  for (double& b : general.bins) b *= shrink;
  general.prior_samples *= shrink;
  add_scaled(rises.cells, place.lower, 1 - place.upper_share, general.bins);
  add_scaled(rises.cells, place.upper, place.upper_share, general.bins);
  return general;
}

double grown_by(const Growth& growth, GrowthEstimator estimator, const Situation& situation,
                double permitted, double per_second) {
  const GrowthRises& rises =
      estimator == GrowthEstimator::by_season ? growth.rises_beyond_season : growth.rises;
  const double base = base_of(estimator, growth.season_rise, per_second);
  const double unit =
      growth.unit_per_second > 0 ? growth.unit_per_second : rise_unit(growth.peak_per_second);
  const auto exceeded = [&](double left, const Belief& belief) {
    const double rise =
        exceeded_by(left, belief.bins, {.samples = belief.prior_samples, .base = base / unit});
    return std::max(0.0, base + unit * rise);
  };
  const Belief nothing_seen{.bins = {}, .prior_samples = prior_samples};
  if (rises.pooled.empty()) return exceeded(permitted * prior_samples, nothing_seen);
  const double all_samples = sum_of(rises.pooled) + growth.prior_samples;
  const Place place = place_of(situation, growth.peak_per_second);
  const Belief all = belief_of(rises, estimator, place, all_samples,
                               {.bins = rises.pooled, .prior_samples = growth.prior_samples});
  const double left = permitted * all.samples();
  const double grown = exceeded(left, all);
  const double top = above_peak(estimator) * growth.peak_per_second;
  if (grown <= top) return grown;
  // Beyond the peak only the prior and what was seen in this very situation are believed.
  return std::max(top,
                  exceeded(left, belief_of(rises, estimator, place, all_samples, nothing_seen)));
}

/// Too little costs 1 / permitted times as much as too much: the loss whose least is the quantile.
double loss_of(double expected, double came, double permitted) {
  return expected >= came ? expected - came : (came - expected) / permitted;
}

void learn_rise(double rise, const Place& place, double weight, GrowthRises& rises) {
  add_rise(rise, weight, rises.pooled);
  add_rise(rise, weight * (1 - place.upper_share), rises.cells[place.lower]);
  add_rise(rise, weight * place.upper_share, rises.cells[place.upper]);
}

void learn_moment(const GrowthMoment& moment, double permitted, double weight, Growth& growth) {
  const double base = std::max(moment.per_second, demand_min_per_second);
  const Place place =
      place_of({moment.slope, moment.volatility, moment.level_per_second}, growth.peak_per_second);
  const double came = moment.highest_per_second;
  const double unit = growth.unit_per_second;
  learn_rise((came - base) / unit, place, weight, growth.rises);
  const double in_season = base_of(GrowthEstimator::by_season, moment.season_rise, base);
  learn_rise((came - in_season) / unit, place, weight, growth.rises_beyond_season);

  for (std::size_t e = 0; e < growth.loss.size(); ++e)
    growth.loss[e] += weight / base * loss_of(moment.expected_per_second[e], came, permitted);
  const auto least = std::ranges::min_element(growth.loss);
  if (*least < switch_ratio * of(growth.loss, growth.estimator))
    growth.estimator = static_cast<GrowthEstimator>(least - growth.loss.begin());
}

void for_each_histogram(Growth& growth, auto change) {
  for (auto* rises : {&growth.rises, &growth.rises_beyond_season}) {
    change(rises->pooled);
    for (auto& [cell, bins] : rises->cells) change(bins);
  }
}

/// Rounded, so that a stored histogram stays short and old samples end.
void decay(Growth& growth) {
  const double kept = std::exp2(-decay_every_s / half_life_s);
  for_each_histogram(growth, [kept](std::vector<double>& bins) {
    for (double& b : bins) b = std::round(b * kept * 1000) / 1000;
  });
  growth.prior_samples *= kept;
  for (double& l : growth.loss) l *= kept;
}

void follow_peak(double highest_per_second, double tick_s, Growth& growth) {
  growth.peak_per_second =
      std::max(growth.peak_per_second * std::exp2(-tick_s / peak_half_life_s), highest_per_second);
  const double unit = rise_unit(growth.peak_per_second);
  if (unit == growth.unit_per_second) return;
  if (growth.unit_per_second > 0) {
    const double doublings =
        std::clamp(std::round(std::log2(unit / growth.unit_per_second)), -64.0, 64.0);
    for_each_histogram(growth, [doublings](std::vector<double>& bins) {
      rescale_rises(static_cast<int>(doublings), bins);
    });
  } else {
    growth.prior_samples = prior_samples;
  }
  growth.unit_per_second = unit;
}

}  // namespace

double grown(const Growth& growth, const Situation& situation, double permitted,
             double per_second) {
  return grown_by(growth, growth.estimator, situation, permitted, per_second);
}

void learn_growth(const Demand& now, const Situation& before, double permitted, double lead_s,
                  double tick_s, double season_rise, Growth& growth) {
  growth.season_rise = season_rise;
  follow_peak(now.rapid, tick_s, growth);
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

  growth.since_moment_s += tick_s;
  if (now.per_second > 0 && growth.since_moment_s >= stride_s - 0.5) {
    growth.since_moment_s = 0;
    const double base = std::max(now.per_second, demand_min_per_second);
    GrowthMoment moment{.per_second = now.per_second,
                        .slope = before.slope,
                        .volatility = before.volatility,
                        .level_per_second = before.level_per_second,
                        .season_rise = season_rise};
    for (const auto estimator :
         {GrowthEstimator::pooled, GrowthEstimator::by_situation, GrowthEstimator::by_season})
      of(moment.expected_per_second, estimator) =
          grown_by(growth, estimator, before, permitted, base);
    growth.pending.push_back(moment);
  }

  growth.since_decay_s += tick_s;
  if (growth.since_decay_s >= decay_every_s) {
    growth.since_decay_s = 0;
    decay(growth);
  }
}

double growth_seen_s(const Growth& growth) {
  return sum_of(growth.rises.pooled);
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
