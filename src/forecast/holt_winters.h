// Exponential smoothing of level and season: what many forecasters are, and a peer for ours.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace headroom::forecast {

/// Additive level and season on logarithms, with errors that fade as an AR(1); no trend, which at
/// bins of minutes extrapolates noise.
class HoltWinters {
 public:
  HoltWinters() = default;
  explicit HoltWinters(std::size_t season) : season_(season) {}

  /// Chooses the smoothing among 45 settings by the mean absolute error `lead` bins ahead over
  /// `logs`, after its first two seasons, and goes through them with it. `phase` is the place of
  /// the first one in its season. Needs three seasons.
  void fit(std::span<const double> logs, std::size_t phase, std::size_t lead);
  /// The next one.
  void add(double log);

  /// What was forecast for `lead` bins ahead after each of the values that it was fitted to.
  [[nodiscard]] const std::vector<double>& forecasts() const { return forecasts_; }
  [[nodiscard]] bool fitted() const { return !seasonal_.empty(); }
  [[nodiscard]] double forecast(std::size_t lead) const;

 private:
  struct Smoothing {
    double level = 0.1;
    double season = 0.2;
    double rho = 0;
  };
  void start(std::span<const double> logs, std::size_t phase, const Smoothing& smoothing);
  [[nodiscard]] double error(std::span<const double> logs, std::size_t lead);

  std::size_t season_ = 0;
  Smoothing smoothing_;
  std::size_t next_ = 0;  // place of the next bin in its season
  double level_ = 0;
  double residual_ = 0;
  std::vector<double> seasonal_;
  std::vector<double> forecasts_;
};

}  // namespace headroom::forecast
