// Fitting and forecasting by exponential smoothing.
#include "scale/rivals/holt_winters.h"

#include "core/result.h"

namespace headroom::rivals {

HoltWinters::HoltWinters(std::size_t season, std::size_t seasons_kept, const Smoothing& smoothing)
    : season_(season), smoothing_(smoothing), ring_(season * seasons_kept), seasonal_(season) {
  CHECK(season >= 2 && seasons_kept >= 2);
}

void HoltWinters::add(double value) {
  if (size_ < ring_.size()) {
    ring_[size_++] = value;
    return;
  }
  ring_[begin_] = value;
  begin_ = begin_ + 1 == ring_.size() ? 0 : begin_ + 1;
}

std::optional<double> HoltWinters::next() {
  if (size_ < 2 * season_ || size_ < 10 + 2 * (season_ / 2)) return std::nullopt;
  double first = 0;
  double second = 0;
  for (std::size_t i = 0; i < season_; ++i) {
    first += kept(i);
    second += kept(season_ + i);
  }
  const auto points = static_cast<double>(season_);
  double trend = (second - first) / points / points;
  double level = first / points;
  for (std::size_t i = 0; i < season_; ++i) seasonal_[i] = kept(i) - level;

  std::size_t phase = 0;
  for (std::size_t i = 0; i < size_; ++i) {
    const double value = kept(i);
    double& seasonal = seasonal_[phase];
    const double before = level + trend;
    level = smoothing_.level * (value - seasonal) + (1 - smoothing_.level) * before;
    trend = smoothing_.trend * (level - before + trend) + (1 - smoothing_.trend) * trend;
    seasonal = smoothing_.season * (value - before) + (1 - smoothing_.season) * seasonal;
    phase = phase + 1 == season_ ? 0 : phase + 1;
  }
  return level + trend + seasonal_[phase];
}

}  // namespace headroom::rivals
