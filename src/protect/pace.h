// Which replicas are slower than their siblings, and how much of the traffic that leaves them.
#pragma once

#include <cstdint>
#include <span>

#include "core/time.h"

namespace headroom::protect {

/// How long attempts at one replica take: mean and variance of the logarithm, as they are spread
/// like a lognormal. Of the last `attempts_most` or so: who becomes slow is known by its next few
/// answers, however many there were before. One counts for half after `half_life` at the latest.
class Pace {
 public:
  static constexpr double attempts_most = 20;
  static constexpr Duration half_life = std::chrono::minutes(1);

  /// One attempt that the application answered. Requires that `now` never falls.
  void record(Duration took, Instant now);

  /// What it rests on, in attempts.
  [[nodiscard]] double attempts(Instant now) const;
  [[nodiscard]] double log_mean() const { return mean_; }
  [[nodiscard]] double log_variance() const;

 private:
  double attempts_ = 0;  // at `at_`
  double mean_ = 0;
  double squares_ = 0;  // of deviations, summed
  Instant at_{};
};

struct PaceRule {
  /// Twice as slow as its siblings and more matters ...
  double ratio = 2;
  /// ... and when it is so many standard errors, by the wider of its own spread and its siblings'.
  double deviations = 5;
  /// Fewer attempts of one or of a sibling say nothing.
  double attempts_min = 5;
  double weight_least = 1.0 / 64;
  Duration compared_every = std::chrono::milliseconds(50);
  /// Who is sent nothing is known no better: a slow replica is sent a request after so many
  /// elsewhere, but not before ..., and where requests are rare after ...
  std::uint64_t watched_after = 2000;
  Duration watched_soonest = std::chrono::seconds(1);
  Duration watched_latest = std::chrono::seconds(10);
};

/// A replica's pace, and what follows from it.
struct Paced {
  Pace pace;
  /// What it should get of a full share: 1, or where it stands out as slow how it compares with
  /// the median of its siblings. In flight ÷ weight is then how long who comes has to expect to be
  /// there: whom least_loaded() chooses answers first.
  double weight = 1;
  Instant chosen_at{};             // last
  std::uint64_t chosen_after = 0;  // how many requests, to whichever replica

  [[nodiscard]] bool slow() const { return weight < 1; }
  /// Of so many places how many are of use: with more in flight it is slower still.
  [[nodiscard]] std::int32_t places(std::int32_t limit) const;
};

/// One caller's comparison of the same replicas, and when slow ones are watched.
class PaceWatch {
 public:
  /// Whether it is time to compare() again.
  [[nodiscard]] bool outdated(const PaceRule& rule, Instant now) const {
    return now - compared_ >= rule.compared_every;
  }
  /// There are others now: it is time.
  void replicas_changed() { compared_ = {}; }
  /// Sets the weights of those that are in use. At most half of them are slow: the median is
  /// theirs.
  void compare(const PaceRule& rule, std::span<Paced* const> replicas, Instant now);
  [[nodiscard]] bool any_slow() const { return any_slow_; }

  /// A request was sent there.
  void chosen(Paced& replica, Instant now);
  /// Whether the next one should be.
  [[nodiscard]] bool due(const PaceRule& rule, const Paced& replica, Instant now) const;

 private:
  Instant compared_{};
  bool any_slow_ = false;
  std::uint64_t sent_ = 0;
};

}  // namespace headroom::protect
