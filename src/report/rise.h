// How far a counter that only grows has risen lately, by what was seen of it.
#pragma once

#include <cstdint>
#include <deque>

#include "core/time.h"

namespace headroom::report {

/// What it had counted before the first look is old news.
class Rise {
 public:
  static constexpr Duration span = std::chrono::minutes(5);

  /// Since the newest of the looks that are as old as `span`, or else since the first.
  std::uint64_t look(WallTime now, std::uint64_t total) {
    const bool anew = !looks_.empty() && total < looks_.back().total;  // another process counts
    if (anew) looks_.clear();
    looks_.push_back({now, total});
    while (looks_.size() > 2 && now - looks_[1].at >= span) looks_.pop_front();
    return total - looks_.front().total;
  }

  /// What happened before is not in what `look` says.
  [[nodiscard]] WallTime known_since() const { return looks_.front().at; }

 private:
  struct Look {
    WallTime at;
    std::uint64_t total;
  };
  std::deque<Look> looks_;
};

}  // namespace headroom::report
