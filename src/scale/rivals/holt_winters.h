// Holt and Winters' exponential smoothing, additive: level, trend and a season, one step ahead.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace headroom::rivals {

/// Shares of the news that each part takes over.
struct Smoothing {
  double level = 0.5;
  double trend = 0.05;
  double season = 0.3;
};

/// Keeps the last so many seasons and fits them anew for each forecast, as the original does.
class HoltWinters {
 public:
  HoltWinters(std::size_t season, std::size_t seasons_kept, const Smoothing& smoothing);

  void add(double value);

  /// One step ahead. Nothing before two seasons and 10 + 2 · (season / 2) points. Starts from the
  /// first season's mean, the mean step between the first two, and what is left of the first.
  [[nodiscard]] std::optional<double> next();

 private:
  [[nodiscard]] double kept(std::size_t i) const {
    const std::size_t at = begin_ + i;
    return ring_[at < ring_.size() ? at : at - ring_.size()];
  }

  std::size_t season_;
  Smoothing smoothing_;
  std::vector<double> ring_;
  std::size_t begin_ = 0;
  std::size_t size_ = 0;
  std::vector<double> seasonal_;  // kept for its memory
};

}  // namespace headroom::rivals
