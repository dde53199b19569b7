// Down through the bins of several histograms and a prior at once.
#include "scale/rises.h"

#include <algorithm>
#include <cmath>

namespace headroom::scale {
namespace {

constexpr double prior_decline = 10;

}  // namespace

RiseDescent::RiseDescent(std::span<const SeenRises> seen, const RisePrior& prior) : prior_(prior) {
  for (std::size_t i = 0; i < std::min(seen.size(), most); ++i)
    if (seen[i].rises != nullptr) cursors_[i] = {seen[i], seen[i].rises->at.size()};
}

double RiseDescent::prior_above(double rise) const {
  if (rise <= 0) return prior_.samples;
  const double inverse = prior_.base / (prior_.base + rise);
  const double squared = inverse * inverse;
  const double fourth = squared * squared;
  return prior_.samples * fourth * fourth * squared;
}

double RiseDescent::prior_at(double left) const {
  const double of_prior = left - passed_;
  if (!(of_prior > 0)) return edge_;
  if (of_prior >= prior_.samples) return std::min(edge_, 0.0);
  return prior_.base * (std::pow(prior_.samples / of_prior, 1 / prior_decline) - 1);
}

RiseDescent::Step RiseDescent::next() const {
  Step step;
  for (const auto& [seen, left] : cursors_) {
    if (left == 0) continue;
    const int top = seen.rises->at[left - 1];
    if (step.found && top < step.bin) continue;
    if (top != step.bin) step.samples = 0;
    step.found = true;
    step.bin = top;
    step.samples += seen.weight * samples_at(*seen.rises, left - 1);
  }
  return step;
}

void RiseDescent::pass(const Step& step) {
  passed_ += step.samples;
  edge_ = rate_edges(step.bin).low;
  for (auto& [seen, left] : cursors_)
    if (left > 0 && seen.rises->at[left - 1] == step.bin) --left;
}

double RiseDescent::exceeded_by(double left) {
  for (Step step = next(); step.found; step = next()) {
    const auto [low, high] = rate_edges(step.bin);
    const double above_high = passed_ + prior_above(high);
    if (above_high >= left) return prior_at(left);
    const double above_low = passed_ + step.samples + prior_above(low);
    if (above_low >= left)
      return high - (left - above_high) / (above_low - above_high) * (high - low);
    pass(step);
  }
  return prior_at(left);
}

}  // namespace headroom::scale
