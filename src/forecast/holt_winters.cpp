// Runs and chooses the smoothing.
#include "forecast/holt_winters.h"

#include <cmath>
#include <limits>

namespace headroom::forecast {

void HoltWinters::start(std::span<const double> logs, std::size_t phase,
                        const Smoothing& smoothing) {
  smoothing_ = smoothing;
  residual_ = 0;
  level_ = 0;
  next_ = phase % season_;
  for (const double log : logs.first(season_)) level_ += log / static_cast<double>(season_);
  seasonal_.assign(season_, 0);
  // The first season, each bin a mean with its neighbours: one day is mostly noise.
  constexpr std::ptrdiff_t half = 5;
  const auto season = static_cast<std::ptrdiff_t>(season_);
  for (std::ptrdiff_t i = 0; i < season; ++i) {
    double sum = 0;
    for (std::ptrdiff_t j = -half; j <= half; ++j)
      sum += logs[static_cast<std::size_t>(((i + j) % season + season) % season)] - level_;
    seasonal_[(next_ + static_cast<std::size_t>(i)) % season_] = sum / (2 * half + 1);
  }
}

void HoltWinters::add(double log) {
  double& season = seasonal_[next_];
  const double error = log - level_ - season;
  const double news = error - smoothing_.rho * residual_;
  level_ += smoothing_.level * news;
  season += smoothing_.season * news;
  residual_ = error - (smoothing_.level + smoothing_.season) * news;
  next_ = next_ + 1 == season_ ? 0 : next_ + 1;
}

double HoltWinters::forecast(std::size_t lead) const {
  return level_ + seasonal_[(next_ + lead - 1) % season_] +
         std::pow(smoothing_.rho, static_cast<double>(lead)) * residual_;
}

double HoltWinters::error(std::span<const double> logs, std::size_t lead) {
  const double fade = std::pow(smoothing_.rho, static_cast<double>(lead));
  double sum = 0;
  std::size_t place = (next_ + lead) % season_;
  for (std::size_t t = 0; t < logs.size(); ++t) {
    add(logs[t]);
    if (t >= 2 * season_ && t + lead < logs.size())
      sum += std::abs(logs[t + lead] - level_ - seasonal_[place] - fade * residual_);
    place = place + 1 == season_ ? 0 : place + 1;
  }
  return sum;
}

void HoltWinters::fit(std::span<const double> logs, std::size_t phase, std::size_t lead) {
  if (season_ == 0 || logs.size() < 3 * season_) return;
  Smoothing best;
  double least = std::numeric_limits<double>::infinity();
  for (const double level : {0.003, 0.01, 0.03, 0.1, 0.3})
    for (const double season : {0.05, 0.2, 0.4})
      for (const double rho : {0.0, 0.8, 0.97}) {
        const Smoothing one{level, season, rho};
        start(logs, phase, one);
        const double sum = error(logs, lead);
        if (sum >= least) continue;
        least = sum;
        best = one;
      }
  start(logs, phase, best);
  forecasts_.clear();
  for (const double log : logs) {
    add(log);
    forecasts_.push_back(forecast(lead));
  }
}

}  // namespace headroom::forecast
