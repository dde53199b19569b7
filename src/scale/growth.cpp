// Histograms of growth by situation, shrunk to a pooled one; the best estimator is used.
#include "scale/growth.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace headroom::scale {
namespace {

constexpr double prior_samples = 100;
constexpr double prior_decline = 10;  // P(ln ratio > z) = exp(-10 z)
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

std::vector<double> prior() {
  std::vector<double> bins(growth_bins);
  for (std::size_t i = 0; i < growth_bins; ++i) {
    const double low = growth_low + growth_step * static_cast<double>(i);
    const double tail = low <= 0 ? 1.0 : std::exp(-prior_decline * low);
    const bool last = i + 1 == growth_bins;
    const double next = last ? 0.0 : std::exp(-prior_decline * std::max(0.0, low + growth_step));
    bins[i] = prior_samples * (tail - next);
  }
  return bins;
}

double sum_of(const std::vector<double>& bins) {
  double sum = 0;
  for (const double b : bins) sum += b;
  return sum;
}

std::size_t bin_of(double ratio) {
  const double at = (std::log(std::max(ratio, 1e-9)) - growth_low) / growth_step;
  return static_cast<std::size_t>(std::clamp(at, 0.0, growth_bins - 1.0));
}

/// The ratio with `left` samples above it, straight within a bin.
double upper_ratio(const std::vector<double>& bins, double left) {
  for (std::size_t i = growth_bins; i-- > 0;) {
    if (bins[i] >= left && bins[i] > 0) {
      const double from_top = left / bins[i];
      return std::exp(growth_low + growth_step * (static_cast<double>(i) + 1 - from_top));
    }
    left -= bins[i];
  }
  return std::exp(growth_low);
}

void add_scaled(const std::map<int, std::vector<double>>& cells, int cell, double share,
                std::vector<double>& bins) {
  const auto found = cells.find(cell);
  if (found == cells.end()) return;
  for (std::size_t i = 0; i < growth_bins; ++i) bins[i] += share * found->second[i];
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
double base_of(GrowthEstimator estimator, double season_move, double per_second) {
  return estimator == GrowthEstimator::by_season ? per_second * season_move : per_second;
}

/// The samples of an estimator: `general` ones, from all situations, as many as they weigh, and
/// unless it pools, those of its cells.
std::vector<double> samples_of(const GrowthRatios& ratios, GrowthEstimator estimator,
                               const Place& place, std::vector<double> general) {
  if (estimator == GrowthEstimator::pooled) return general;
  const double shrink = shrink_samples / sum_of(ratios.pooled);
  for (double& b : general) b *= shrink;
  add_scaled(ratios.cells, place.lower, 1 - place.upper_share, general);
  add_scaled(ratios.cells, place.upper, place.upper_share, general);
  return general;
}

double grown_by(const Growth& growth, GrowthEstimator estimator, const Situation& situation,
                double permitted, double per_second) {
  static const std::vector<double> nothing_known = prior();
  const GrowthRatios& ratios =
      estimator == GrowthEstimator::by_season ? growth.to_season : growth.to_now;
  const double base = base_of(estimator, growth.season_move, per_second);
  if (ratios.pooled.empty())
    return base * upper_ratio(nothing_known, permitted * sum_of(nothing_known));
  const Place place = place_of(situation, growth.peak_per_second);
  const auto all = samples_of(ratios, estimator, place, ratios.pooled);
  const double grown = base * upper_ratio(all, permitted * sum_of(all));
  const double top = above_peak(estimator) * growth.peak_per_second;
  if (grown <= top) return grown;
  // Beyond the peak only the prior and what was seen in this very situation are believed.
  const auto here = samples_of(ratios, estimator, place, nothing_known);
  return std::max(top, base * upper_ratio(here, permitted * sum_of(all)));
}

void add_sample(std::vector<double>& bins, std::size_t bin, double weight) {
  bins.resize(growth_bins);
  bins[bin] += weight;
}

/// Too little costs 1 / permitted times as much as too much: the loss whose least is the quantile.
double loss_of(double expected, double came, double permitted) {
  return expected >= came ? expected - came : (came - expected) / permitted;
}

void learn_ratio(double ratio, const Place& place, double weight, GrowthRatios& ratios) {
  const std::size_t bin = bin_of(ratio);
  add_sample(ratios.pooled, bin, weight);
  add_sample(ratios.cells[place.lower], bin, weight * (1 - place.upper_share));
  add_sample(ratios.cells[place.upper], bin, weight * place.upper_share);
}

void learn_moment(const GrowthMoment& moment, double permitted, double weight, Growth& growth) {
  const double base = std::max(moment.per_second, demand_min_per_second);
  const Place place =
      place_of({moment.slope, moment.volatility, moment.level_per_second}, growth.peak_per_second);
  const double came = moment.highest_per_second;
  learn_ratio(came / base, place, weight, growth.to_now);
  learn_ratio(came / (base * moment.season_move), place, weight, growth.to_season);

  for (std::size_t e = 0; e < growth.loss.size(); ++e)
    growth.loss[e] += weight / base * loss_of(moment.expected_per_second[e], came, permitted);
  const auto least = std::ranges::min_element(growth.loss);
  if (*least < switch_ratio * of(growth.loss, growth.estimator))
    growth.estimator = static_cast<GrowthEstimator>(least - growth.loss.begin());
}

/// Rounded, so that a stored histogram stays short and old samples end.
void decay(Growth& growth) {
  const double kept = std::exp(-0.6931471805599453 * decay_every_s / half_life_s);
  const auto fade = [kept](std::vector<double>& bins) {
    for (double& b : bins) b = std::round(b * kept * 1000) / 1000;
  };
  for (auto* ratios : {&growth.to_now, &growth.to_season}) {
    fade(ratios->pooled);
    for (auto& [key, bins] : ratios->cells) fade(bins);
  }
  for (double& l : growth.loss) l *= kept;
}

}  // namespace

double grown(const Growth& growth, const Situation& situation, double permitted,
             double per_second) {
  return grown_by(growth, growth.estimator, situation, permitted, per_second);
}

void learn_growth(const Demand& now, const Situation& before, double permitted, double lead_s,
                  double tick_s, double season_move, Growth& growth) {
  if (growth.to_now.pooled.empty()) growth.to_now.pooled = growth.to_season.pooled = prior();
  growth.season_move = season_move;
  growth.peak_per_second =
      std::max(growth.peak_per_second * std::exp2(-tick_s / peak_half_life_s), now.rapid);
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
                        .season_move = season_move};
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
  return std::max(0.0, sum_of(growth.to_now.pooled) - prior_samples);
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
