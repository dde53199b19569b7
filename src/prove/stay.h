// How many of those taken on are still there: a convolution with the distribution of their stay.
#pragma once

#include <array>
#include <cstddef>

#include "prove/distribution.h"

namespace headroom::prove {

/// Requests taken on evenly within a second stay at their replica for a random time. What is left
/// of them at the end of each later second is the integral of P(stay > u) over that second's ages,
/// the mean over such a second a like integral: exact for any distribution, nothing is assumed
/// about equilibrium. Ages past `seconds_max` are lumped into one exponential remainder.
class Stay {
 public:
  explicit Stay(const Distribution& time);

  /// Of those taken on in earlier seconds, how many will be there at the end of this one.
  [[nodiscard]] double under_way() const { return under_way_; }
  /// The variance of that number, for those who are there now.
  [[nodiscard]] double variance() const;
  /// The share of those taken on evenly in a second that is there at its end.
  [[nodiscard]] double share_left() const { return at_end_[0]; }

  /// How many are there, for known counts of each second: variance ÷ mean. 1 if stays are short.
  [[nodiscard]] double unknown_share() const { return unknown_share_; }

  /// This second's; afterwards the next second is the current one.
  void take_on(double count);
  /// Of the second just ended: there at its end, and its time-mean.
  [[nodiscard]] double at_end() const { return at_end_now_; }
  [[nodiscard]] double mean() const { return mean_now_; }

  /// So many times as many are there from now on.
  void scale(double factor);
  /// By chance so many times as many as expected will be there at the end of this second.
  void be_left(double factor);

 private:
  void weigh(const Distribution& time);

  static constexpr std::size_t seconds_max = 32;

  std::size_t length_ = 1;  // seconds told apart
  std::array<double, seconds_max + 1> at_end_{};
  std::array<double, seconds_max + 1> in_mean_{};
  std::array<double, seconds_max + 1> thinning_{};  // variance of one second's survivors
  double unknown_share_ = 1;
  double remainder_keeps_ = 0;                   // of the lump, per second
  double remainder_ = 0;                         // those older than `length_`
  std::array<double, seconds_max + 1> taken_{};  // [k]: k seconds ago
  double under_way_ = 0;
  double at_end_now_ = 0;
  double mean_now_ = 0;
  double mean_shift_ = 0;  // of this second, by chance
};

}  // namespace headroom::prove
