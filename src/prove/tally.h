// Adding up seconds to a score.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "prove/score.h"
#include "prove/spells.h"

namespace headroom::prove {

/// What ended how in one second, and what was paid.
struct Second {
  double arrivals = 0;
  double shed = 0;
  double failed = 0;
  double late = 0;
  double late_alone = 0;
  double replica_seconds = 0;

  [[nodiscard]] double wanting() const { return shed + failed + late; }
};

/// Spells are judged by what was missed for want of replicas.
class Tally {
 public:
  explicit Tally(std::size_t scored_from) : history_left_(scored_from) {}

  /// Whether the second that comes next is scored.
  [[nodiscard]] bool scoring() const { return history_left_ == 0; }

  void add(const Second& second) {
    if (history_left_ > 0) {
      --history_left_;
      return;
    }
    score_.scored_s += 1;
    score_.requests += second.arrivals;
    score_.shed += second.shed;
    score_.failed += second.failed;
    score_.late += second.late;
    score_.late_alone += second.late_alone;
    score_.replica_seconds += second.replica_seconds;
    score_.replicas_peak = std::max(score_.replicas_peak, std::ceil(second.replica_seconds));
    spells_.add(1, second.arrivals, second.wanting());
  }

  void wanted(int before, int now) {
    if (history_left_ > 0) return;
    score_.scale_out += now > before ? 1 : 0;
    score_.scale_in += now < before ? 1 : 0;
  }

  /// Once, at the end.
  [[nodiscard]] Score score() {
    spells_.end();
    score_.longest_spell_s = spells_.longest_s();
    score_.worst_share = spells_.worst_share();
    score_.runs = 1;
    return score_;
  }

 private:
  Score score_;
  std::size_t history_left_;
  Spells spells_;
};

}  // namespace headroom::prove
