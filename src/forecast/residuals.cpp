// Keeps a window of values sorted.
#include "forecast/residuals.h"

#include <algorithm>

namespace headroom::forecast {

void SortedWindow::add(float value) {
  if (ring_.size() < capacity_) {
    ring_.push_back(value);
    sorted_.insert(std::ranges::upper_bound(sorted_, value), value);
    return;
  }
  const auto gone = std::ranges::lower_bound(sorted_, ring_[oldest_]);
  const auto place = std::ranges::upper_bound(sorted_, value);
  // What lies between the two moves by one, over the one that goes.
  if (place > gone) {
    std::move(gone + 1, place, gone);
    *(place - 1) = value;
  } else {
    std::move_backward(place, gone, gone + 1);
    *place = value;
  }
  ring_[oldest_] = value;
  oldest_ = oldest_ + 1 == capacity_ ? 0 : oldest_ + 1;
}

double SortedWindow::quantile(double p) const {
  const auto count = static_cast<double>(sorted_.size());
  const double share = std::min(1.0, p * (count + 1) / count);
  const double place = share * (count - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted_.size() - 1);
  const double part = place - static_cast<double>(below);
  return static_cast<double>(sorted_[below]) * (1 - part) +
         static_cast<double>(sorted_[above]) * part;
}

}  // namespace headroom::forecast
