// Adding up seconds to a score.
#pragma once

#include <algorithm>
#include <cstddef>

#include "prove/score.h"

namespace headroom::prove {

/// What ended how in one second, and what was paid.
struct Second {
  double arrivals = 0;
  double shed = 0;
  double failed = 0;
  double late = 0;
  double late_alone = 0;
  double replica_seconds = 0;

  [[nodiscard]] double missed() const { return shed + failed + late; }
};

/// Recovery is judged in windows of 10 s, one after the other, by what arrived and what was missed
/// in them; missed ones without an arrival count as a bad window too.
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
    score_.requests += second.arrivals;
    score_.shed += second.shed;
    score_.failed += second.failed;
    score_.late += second.late;
    score_.late_alone += second.late_alone;
    score_.replica_seconds += second.replica_seconds;
    window_arrivals_ += second.arrivals;
    window_missed_ += second.missed();
    if (++window_s_ == window_length_s) close_window();
  }

  void wanted(int before, int now) {
    if (history_left_ > 0) return;
    score_.scale_out += now > before ? 1 : 0;
    score_.scale_in += now < before ? 1 : 0;
  }

  [[nodiscard]] Score score() {
    if (window_s_ > 0) close_window();
    return score_;
  }

 private:
  static constexpr int window_length_s = 10;
  static constexpr double window_missed_max = 0.01;

  void close_window() {
    const bool bad = window_missed_ > window_missed_max * window_arrivals_;
    bad_run_s_ = bad ? bad_run_s_ + window_s_ : 0;
    score_.recovery_s = std::max(score_.recovery_s, bad_run_s_);
    window_arrivals_ = window_missed_ = 0;
    window_s_ = 0;
  }

  Score score_;
  std::size_t history_left_;
  double window_arrivals_ = 0;
  double window_missed_ = 0;
  int window_s_ = 0;
  double bad_run_s_ = 0;
};

}  // namespace headroom::prove
