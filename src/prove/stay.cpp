// The weights of the convolution and its step.
#include "prove/stay.h"

#include <algorithm>

namespace headroom::prove {
namespace {

constexpr double negligible = 1e-5;  // of the mean, in the tail of the weights
/// Whoever is left of the longest stays, when that is less of a request than this, has ended.
constexpr double ended = 1e-6;

}  // namespace

Stay::Stay(const Distribution& time) {
  weigh(time);
  // Each of those taken on k seconds ago is there with its own probability: a binomial number.
  double square = 0;
  for (const double p : at_end_) square += p * p;
  unknown_share_ = 1 - square / time.mean();
}

void Stay::weigh(const Distribution& time) {
  double first_before = 0;   // integral of P(time > u) over the second of ages before
  double second_before = 0;  // that of u P(time > u)
  Distribution::Capped at = time.capped(0);
  double left = time.mean();
  for (std::size_t k = 0; k <= seconds_max; ++k) {
    const auto age = static_cast<double>(k);
    const Distribution::Capped next = time.capped(age + 1);
    const double first = next.first - at.first;
    const double second = (next.second - at.second) / 2;
    at_end_[k] = first;
    if (k > 0 && first_before > 0) thinning_[k] = first * (1 - first / first_before);
    // A start at moment u of a second k seconds ago was under way in this one for ages k - u on.
    const double rising = k == 0 ? 0 : second_before - (age - 1) * first_before;
    in_mean_[k] = rising + first - (second - age * first);
    const bool last = k > 0 && left < negligible * time.mean();
    left -= first;
    if (last) {  // older ones have left
      length_ = std::min(k + 1, seconds_max);
      return;
    }
    first_before = first;
    second_before = second;
    at = next;
  }
  length_ = seconds_max;
  const double tail = std::max(0.0, left) + at_end_[length_];
  remainder_keeps_ = tail > 0 ? 1 - at_end_[length_] / tail : 0;
}

void Stay::take_on(double count) {
  taken_[0] = count;
  at_end_now_ = under_way_ + count * at_end_[0];
  mean_now_ = remainder_ + mean_shift_;
  mean_shift_ = 0;
  for (std::size_t k = 0; k < length_; ++k) mean_now_ += taken_[k] * in_mean_[k];

  remainder_ = remainder_ * remainder_keeps_ + taken_[length_ - 1] * at_end_[length_];
  if (remainder_ < ended) remainder_ = 0;
  for (std::size_t k = length_ - 1; k > 0; --k) taken_[k] = taken_[k - 1];
  taken_[0] = 0;
  under_way_ = remainder_;
  // What is now one second old is in place 1, and so on; place 0 waits for the next second's.
  for (std::size_t k = 1; k < length_; ++k) under_way_ += taken_[k] * at_end_[k];
}

double Stay::variance() const {
  double sum = remainder_ * (1 - remainder_keeps_);
  for (std::size_t k = 1; k < length_; ++k) sum += taken_[k] * thinning_[k];
  return sum;
}

void Stay::be_left(double factor) {
  // Whoever ends sooner or later than expected does so in the middle of the second on average: the
  // mean over it changes by half of what its end does. What scaling does beyond that is taken back.
  double mean = remainder_;
  for (std::size_t k = 1; k < length_; ++k) mean += taken_[k] * in_mean_[k];
  mean_shift_ += (factor - 1) * (under_way_ / 2 - mean);
  scale(factor);
}

void Stay::scale(double factor) {
  for (double& taken : taken_) taken *= factor;
  remainder_ *= factor;
  under_way_ *= factor;
}

}  // namespace headroom::prove
