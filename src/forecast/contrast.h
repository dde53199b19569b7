// Autoregression of contrasts: how a value stands to what the same hour usually is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace headroom::forecast {

/// In bins. `week` is a whole number of days.
struct Seasons {
  std::size_t day = 24;
  std::size_t week = 168;
};

/// What a value is compared with.
enum class Base : std::uint8_t { yesterday, last_week };

struct ContrastShape {
  Base base = Base::yesterday;
  std::size_t weeks = 3;  // of the same hour of the week that make its level, at most
  bool median = false;    // of these weeks, instead of the mean
  std::size_t days = 0;   // of the same hour that make the day's level, at most; 0: not looked at
  double ridge = 1e-2;
};

/// x(t) − base(t) regressed, without intercept, on the last three of these contrasts and on how the
/// levels of past weeks and days, now and one bin before, stand to the base. Zero coefficients are
/// the seasonal naive forecast.
class ContrastModel {
 public:
  ContrastModel(const ContrastShape& shape, const Seasons& seasons)
      : shape_(shape), seasons_(seasons) {}

  /// Fits to logarithms, newest last, none of them NaN; `known` says which were observed (empty:
  /// all). Weights halve every two weeks. With too short a history it stays naive.
  void fit(std::span<const double> logs, std::span<const char> known);

  /// Appends `steps` forecasts to `logs`. Requires a day of them at least.
  void extend(std::vector<double>& logs, std::size_t steps) const;

 private:
  static constexpr std::size_t lags = 3;
  static constexpr std::size_t features_max = lags + 6;

  struct Levels {
    double base = 0;
    double yesterday = 0;
    double week = 0;
    double days = 0;
  };
  [[nodiscard]] std::size_t weeks_in(std::size_t size) const;
  [[nodiscard]] std::size_t first_row() const;
  [[nodiscard]] std::size_t features() const;
  [[nodiscard]] double week_level(std::span<const double> logs, std::size_t at) const;
  [[nodiscard]] Levels levels(std::span<const double> logs, std::size_t at) const;
  void features_at(std::span<const double> logs, std::size_t at, std::span<const Levels> recent,
                   double* out) const;

  ContrastShape shape_;
  Seasons seasons_;
  std::size_t weeks_ = 0;  // that the history allows
  std::vector<double> coefficients_;
};

}  // namespace headroom::forecast
