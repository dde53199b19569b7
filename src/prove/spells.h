// How misses cluster: the worst five minutes, and the longest time in which too many were missed.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

namespace headroom::prove {

/// Windows of 10 s, one after the other, are judged by what arrived and what was missed in them;
/// missed ones without an arrival count as a bad window too. The worst five minutes are 30 of these
/// windows in a row; of a run that is shorter, all of it. So an outage of minutes shows that a
/// share over a day hides.
class Spells {
 public:
  /// A window is bad when more than that share of it was missed.
  explicit Spells(double bad_share = 0.01) : bad_share_(bad_share) {}

  /// A second or a tick: what arrived in it, and what of that or earlier was missed.
  void add(double length_s, double arrivals, double missed) {
    arrivals_ += arrivals;
    missed_ += missed;
    length_s_ += length_s;
    if (length_s_ >= window_s - rounding_s) close_window();
  }

  /// Once, after the last.
  void end() {
    if (length_s_ > 0) close_window();
    if (windows_ < five_minutes) judge_five_minutes();
  }

  /// Seconds of the longest run of bad windows.
  [[nodiscard]] double longest_s() const { return longest_s_; }
  /// Missed in the worst five minutes, of the requests that came in them.
  [[nodiscard]] double worst_share() const { return worst_share_; }

 private:
  static constexpr double window_s = 10;
  static constexpr double rounding_s = 0.05;       // ticks are not quite a second
  static constexpr std::size_t five_minutes = 30;  // windows

  struct Window {
    double arrivals = 0;
    double missed = 0;
  };

  void close_window() {
    const bool bad = missed_ > bad_share_ * arrivals_;
    bad_run_s_ = bad ? bad_run_s_ + length_s_ : 0;
    longest_s_ = std::max(longest_s_, bad_run_s_);
    last_[windows_++ % five_minutes] = {arrivals_, missed_};
    if (windows_ >= five_minutes) judge_five_minutes();
    arrivals_ = missed_ = length_s_ = 0;
  }

  /// Added up anew each time, as taking away what is past would leave rounding errors behind.
  void judge_five_minutes() {
    Window sum;
    for (const Window& one : last_) {
      sum.arrivals += one.arrivals;
      sum.missed += one.missed;
    }
    if (sum.missed <= 0) return;
    // Those missed may have come before.
    worst_share_ = std::max(worst_share_, sum.missed / std::max(sum.missed, sum.arrivals));
  }

  double bad_share_;
  double arrivals_ = 0;
  double missed_ = 0;
  double length_s_ = 0;
  double bad_run_s_ = 0;
  double longest_s_ = 0;
  double worst_share_ = 0;
  std::array<Window, five_minutes> last_{};  // in a ring
  std::size_t windows_ = 0;                  // closed so far
};

}  // namespace headroom::prove
