// Exponential weights with discounted losses.
#include "forecast/pool.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/result.h"

namespace headroom::forecast {
namespace {

constexpr double rate = 0.02;      // of learning: nats for each loss as large as the naive mean
constexpr double handicap = 0.05;  // on the losses of models
constexpr double ahead = 3;        // nats that the first expert is ahead: ties are its
constexpr double evidence_leads = 20;
constexpr double evidence_values = 10;
constexpr double tail_least = 0.01;  // of rarer ones there is never enough evidence
constexpr double no_say = -std::numeric_limits<double>::infinity();

/// Targets that must be scored before a model may act at p.
double evidence_for(double p, std::size_t lead) {
  const double tail = std::max(std::min(p, 1 - p), tail_least);
  return std::max(std::max(evidence_leads, 1 / tail) * static_cast<double>(lead),
                  evidence_values / tail);
}

}  // namespace

Pool::Pool(std::vector<Role> roles, std::size_t lead, double half_life_bins)
    : roles_(std::move(roles)), lead_(lead), discount_(std::exp2(-1 / half_life_bins)) {
  CHECK(!roles_.empty() && roles_.front() == Role::naive);
  all_.of.resize(roles_.size());
  by_situation_.fill(all_);
}

void Pool::add(Losses& losses, std::span<const Answer> answers, double value) const {
  losses.count = losses.count * discount_ + 1;
  for (std::size_t k = 0; k < answers.size(); ++k) {
    // Who has no answer yet loses what the first one does.
    const Quantiles& answer = answers[k] ? *answers[k] : *answers[0];
    for (std::size_t i = 0; i < grid_size; ++i) {
      double& sum = losses.of[k][i];
      sum = sum * discount_ + pinball(value, answer[i], grid_p[i]);
    }
  }
}

void Pool::learn(std::span<const Answer> answers, std::uint8_t situation, double value) {
  ++scored_;
  add(all_, answers, value);
  add(by_situation_.at(situation), answers, value);
}

std::vector<double> Pool::scores(std::size_t place, std::span<const Answer> answers,
                                 std::uint8_t situation) const {
  const bool evident = static_cast<double>(scored_) >= evidence_for(grid_p[place], lead_);
  double naive_loss = std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < answers.size(); ++k)
    if (roles_[k] == Role::naive) naive_loss = std::min(naive_loss, all_.of[k][place]);
  const double unit = naive_loss / std::max(all_.count, 1.0) + 1e-300;
  std::vector<double> scores(answers.size(), no_say);
  for (std::size_t k = 0; k < answers.size(); ++k) {
    const bool model = roles_[k] == Role::model;
    if (!answers[k] || (model && !evident)) continue;
    const double loss = all_.of[k][place] + by_situation_.at(situation).of[k][place];
    scores[k] = -rate * (model ? 1 + handicap : 1) * loss / unit - (k == 0 ? 0 : ahead);
  }
  return scores;
}

void Pool::combine_at(std::size_t place, std::span<const Answer> answers, std::uint8_t situation,
                      Pooled& pooled) const {
  const std::vector<double> score = scores(place, answers, situation);
  const double best = *std::ranges::max_element(score);
  struct Sum {
    double weight = 0;
    double value = 0;
  } naive, others;
  for (std::size_t k = 0; k < answers.size(); ++k) {
    if (score[k] == no_say) continue;
    Sum& sum = roles_[k] == Role::naive ? naive : others;
    const double weight = std::exp(score[k] - best);
    sum.weight += weight;
    sum.value += weight * (*answers[k])[place];
  }
  const double all = naive.weight + others.weight;
  const double share = naive.weight / all;
  pooled.naive_share[place] = share;
  pooled.quantiles[place] =
      share > 0.5 ? naive.value / naive.weight : (naive.value + others.value) / all;
}

Pooled Pool::combine(std::span<const Answer> answers, std::uint8_t situation) const {
  Pooled pooled;
  for (std::size_t i = 0; i < grid_size; ++i) combine_at(i, answers, situation, pooled);
  for (std::size_t i = 1; i < grid_size; ++i)
    pooled.quantiles[i] = std::max(pooled.quantiles[i], pooled.quantiles[i - 1]);
  return pooled;
}

}  // namespace headroom::forecast
