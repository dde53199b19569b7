// Means of logarithms that fade with time, and their comparison with the median of the others.
#include "protect/pace.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace headroom::protect {
namespace {

constexpr double took_least_s = 1e-6;

double fading(Duration elapsed) {
  return std::exp2(-seconds(elapsed) / seconds(Pace::half_life));
}

/// Of sorted values without the one at `place`; the lower one where two are in the middle.
double median_without(const std::vector<double>& sorted, std::size_t place) {
  const std::size_t middle = (sorted.size() - 2) / 2;
  return sorted[middle < place ? middle : middle + 1];
}

}  // namespace

void Pace::record(Duration took, Instant now) {
  const double kept = std::min(fading(now - at_), 1 - 1 / attempts_most);
  const double x = std::log(std::max(took_least_s, seconds(took)));
  attempts_ = attempts_ * kept + 1;
  const double step = (x - mean_) / attempts_;
  squares_ = squares_ * kept + (x - mean_) * (x - mean_ - step);
  mean_ += step;
  at_ = now;
}

double Pace::attempts(Instant now) const {
  return attempts_ * fading(now - at_);
}

double Pace::log_variance() const {
  return attempts_ > 1 ? squares_ / (attempts_ - 1) : 0;
}

std::int32_t Paced::places(std::int32_t limit) const {
  if (!slow() || limit <= 0) return limit;
  return std::max(1, static_cast<std::int32_t>(weight * limit));
}

void PaceWatch::compare(const PaceRule& rule, std::span<Paced* const> replicas, Instant now) {
  compared_ = now;
  any_slow_ = false;
  std::vector<Paced*> known;
  for (Paced* replica : replicas) {
    replica->weight = 1;
    if (replica->pace.attempts(now) >= rule.attempts_min) known.push_back(replica);
  }
  if (known.size() < 2) return;
  std::ranges::sort(known, {}, [](const Paced* one) { return one->pace.log_mean(); });
  std::vector<double> sorted;
  double attempts = 0;
  double squares = 0;
  for (const Paced* one : known) {
    sorted.push_back(one->pace.log_mean());
    attempts += one->pace.attempts(now);
    squares += one->pace.attempts(now) * one->pace.log_variance();
  }
  for (std::size_t place = 0; place < known.size(); ++place) {
    const Pace& pace = known[place]->pace;
    const double slower = pace.log_mean() - median_without(sorted, place);
    if (slower < std::log(rule.ratio)) continue;
    const double own = pace.attempts(now);
    const double others = attempts - own;
    const double spread = (squares - own * pace.log_variance()) / others;
    // One that got the rare long requests of all has a wide spread of its own.
    const double variance = std::max(spread, pace.log_variance()) * (1 / own + 1 / others);
    if (slower * slower < rule.deviations * rule.deviations * variance) continue;
    known[place]->weight = std::max(rule.weight_least, std::exp(-slower));
    any_slow_ = true;
  }
}

void PaceWatch::chosen(Paced& replica, Instant now) {
  replica.chosen_at = now;
  replica.chosen_after = ++sent_;
}

bool PaceWatch::due(const PaceRule& rule, const Paced& replica, Instant now) const {
  const Duration since = now - replica.chosen_at;
  return replica.slow() && since >= rule.watched_soonest &&
         (sent_ - replica.chosen_after >= rule.watched_after || since >= rule.watched_latest);
}

}  // namespace headroom::protect
