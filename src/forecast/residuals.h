// The latest errors of a forecast, in order of size.
#pragma once

#include <cstddef>
#include <vector>

namespace headroom::forecast {

/// The last `capacity` values; a quantile of them takes no search. Adding moves half of them in
/// memory, which for a few thousand is below a microsecond.
class SortedWindow {
 public:
  explicit SortedWindow(std::size_t capacity) : capacity_(capacity) {}

  void add(float value);
  [[nodiscard]] std::size_t size() const { return sorted_.size(); }
  /// So that a new value is below it with probability p, whatever their distribution (conformal):
  /// p stands for p (n + 1) / n of those kept. Requires one at least.
  [[nodiscard]] double quantile(double p) const;

 private:
  std::size_t capacity_;
  std::size_t oldest_ = 0;
  std::vector<float> ring_;
  std::vector<float> sorted_;
};

}  // namespace headroom::forecast
