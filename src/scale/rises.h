// By how much demand rises: what was seen, and what is believed before enough was.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "scale/rate_histogram.h"

namespace headroom::scale {

/// A belief about rises beside what was seen: P(demand × (1 + x) is exceeded) = (1 + x)^-10.
struct RisePrior {
  double samples = 0;  // what it counts for
  double base = 0;     // demand, requests/s
};

/// Rises that were seen, each sample counting so much.
struct SeenRises {
  const RateHistogram* rises = nullptr;
  double weight = 1;
};

/// The rise that so many samples exceed, asked for from the largest rise downward. Within a bin it
/// goes in a straight line, between bins by the prior. Never falls when the prior's base rises.
class RiseDescent {
 public:
  static constexpr std::size_t most = 3;

  /// Of up to `most` histograms, which must outlive it.
  RiseDescent(std::span<const SeenRises> seen, const RisePrior& prior);

  /// Requests/s. Requires left > 0, and not less than in the call before.
  [[nodiscard]] double exceeded_by(double left);

 private:
  struct Cursor {
    SeenRises seen;
    std::size_t left = 0;  // bins not yet passed
  };
  /// The next bin below, with its samples.
  struct Step {
    bool found = false;
    int bin = 0;
    double samples = 0;
  };

  [[nodiscard]] Step next() const;
  void pass(const Step& step);
  [[nodiscard]] double prior_above(double rise) const;
  /// Where the prior alone, beside what was passed, is exceeded by so many.
  [[nodiscard]] double prior_at(double left) const;

  std::array<Cursor, most> cursors_{};
  RisePrior prior_;
  double passed_ = 0;  // samples in the bins passed
  double edge_ = 0;    // low edge of the last of them
};

}  // namespace headroom::scale
