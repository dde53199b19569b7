// Runs a forecaster over the past and adds up what it would have cost.
#include "forecast/backtest.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <utility>
#include <vector>

#include "forecast/forecaster.h"

namespace headroom::forecast {
namespace {

struct Made {
  Forecast forecast;
  std::vector<Answer> answers;
};

class Score {
 public:
  Score(const std::vector<Expert>& experts, std::size_t lead, double grain)
      : experts_(experts), grain_(grain), losses_(experts.size()), answered_(experts.size()) {
    score_.lead = lead;
  }

  void add(const Made& made, double value) {
    ++score_.scored;
    score_.mean += value;
    const Quantiles& quantiles = made.forecast.quantiles;
    score_.error += std::abs(value - quantiles[median_place]);
    score_.covered += covered(value, quantiles, grain_);
    for (std::size_t i = 0; i < grid_size; ++i) {
      score_.loss[i] += pinball(value, quantiles[i], grid_p[i]);
      score_.refused[i] += made.forecast.refused(i) ? 1 : 0;
      score_.short_of[i] += std::max(0.0, value - quantiles[i]);
      score_.beyond[i] += std::max(0.0, quantiles[i] - value);
    }
    for (std::size_t k = 0; k < losses_.size(); ++k) {
      if (made.answers[k]) answered_[k] = true;
      const Quantiles& answer = made.answers[k] ? *made.answers[k] : *made.answers[0];
      for (std::size_t i = 0; i < grid_size; ++i)
        losses_[k][i] += pinball(value, answer[i], grid_p[i]);
    }
  }

  [[nodiscard]] LeadScore result() const {
    LeadScore score = score_;
    const double count = std::max(1.0, static_cast<double>(score.scored));
    for (double* sum : {&score.mean, &score.error, &score.covered}) *sum /= count;
    for (Quantiles* sums : {&score.loss, &score.refused, &score.short_of, &score.beyond})
      for (double& sum : *sums) sum /= count;
    for (std::size_t k = 0; k < losses_.size(); ++k) {
      const Expert& one = experts_[k];
      if (!is_peer(one.point) || one.form == Form::root || !answered_[k]) continue;
      auto& peer = score.peers.at(static_cast<std::size_t>(one.point));
      if (!peer) {
        peer.emplace();
        peer->fill(std::numeric_limits<double>::infinity());
      }
      for (std::size_t i = 0; i < grid_size; ++i)
        (*peer)[i] = std::min((*peer)[i], losses_[k][i] / count);
    }
    return score;
  }

 private:
  const std::vector<Expert>& experts_;
  double grain_;  // one request a bin
  std::vector<Quantiles> losses_;
  std::vector<bool> answered_;
  LeadScore score_;
};

double sum_of(const Quantiles& losses) {
  double sum = 0;
  for (const double loss : losses) sum += loss;
  return sum;
}

/// Of two that lose nothing neither is better.
double ratio(double ours, double theirs) {
  if (theirs > 0) return ours / theirs;
  return ours > 0 ? std::numeric_limits<double>::infinity() : 1;
}

}  // namespace

Quantiles LeadScore::best_peer() const {
  Quantiles best;
  best.fill(std::numeric_limits<double>::infinity());
  for (const auto& peer : peers)
    if (peer)
      for (std::size_t i = 0; i < grid_size; ++i) best[i] = std::min(best[i], (*peer)[i]);
  return best;
}

std::optional<double> LeadScore::against(Point peer) const {
  const auto& losses = peers.at(static_cast<std::size_t>(peer));
  if (!losses) return std::nullopt;
  return ratio(sum_of(loss), sum_of(*losses));
}

double LeadScore::against_best() const {
  return ratio(sum_of(loss), sum_of(best_peer()));
}

double LeadScore::against_best(std::size_t place) const {
  return ratio(loss.at(place), best_peer().at(place));
}

std::size_t scored_from(const Grid& grid, std::size_t bins, std::size_t lead) {
  constexpr std::size_t bins_least = 2000;
  constexpr std::size_t without_season = 900;
  const std::size_t first =
      grid.day > 0 ? std::max(4 * grid.day, bins_least) : without_season + lead;
  return std::min(first, bins / 2);
}

LeadScore backtest(std::span<const double> values, const Grid& grid, std::size_t lead) {
  Forecaster forecaster(grid, lead);
  Score score(forecaster.experts(), lead, 1 / grid.bin_s);
  const std::size_t first = scored_from(grid, values.size(), lead);
  std::deque<Made> made;
  for (std::size_t t = 0; t < values.size(); ++t) {
    if (made.size() >= lead) {
      const bool counts = t >= first && !std::isnan(values[t]) && made.front().forecast.learned;
      if (counts) score.add(made.front(), values[t]);
      made.pop_front();
    }
    forecaster.observe(values[t]);
    if (forecaster.refit_due()) forecaster.refit();
    made.push_back({forecaster.forecast(), forecaster.answers()});
  }
  return score.result();
}

}  // namespace headroom::forecast
