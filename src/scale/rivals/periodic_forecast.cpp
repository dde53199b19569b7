// Period detection, estimators by filtered spectrum, and the choice among them.
#include "scale/rivals/periodic_forecast.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/result.h"
#include "scale/rivals/spectrum.h"

namespace headroom::rivals {
namespace {

constexpr std::array estimators{
    Estimator{3, 1, 0.01},     Estimator{3, 1, 0.1},      Estimator{3, 1, 0.15},
    Estimator{3, 1, 0.2},      Estimator{50, 0.05, 0.01}, Estimator{50, 0.05, 0.1},
    Estimator{50, 0.05, 0.15}, Estimator{50, 0.05, 0.2},  Estimator{0, 0, 0}};

/// As Crane's library for statistics has it: between two values their mean.
double percentile(std::vector<double> sorted, double share) {
  const double at = share * static_cast<double>(sorted.size());
  const auto below = static_cast<std::size_t>(at);
  if (below == 0) return sorted.front();
  if (at == std::floor(at) || below >= sorted.size()) return sorted[below - 1];
  return (sorted[below - 1] + sorted[below]) / 2;
}

void fill(std::vector<double>& minutes) {
  std::size_t known = 0;  // the last one; the first is
  for (std::size_t i = 1; i < minutes.size(); ++i) {
    if (std::isnan(minutes[i])) continue;
    const double step = (minutes[i] - minutes[known]) / static_cast<double>(i - known);
    for (std::size_t j = known + 1; j < i; ++j)
      minutes[j] = minutes[known] + step * static_cast<double>(j - known);
    known = i;
  }
  minutes.resize(minutes.empty() ? 0 : known + 1);
}

/// Where the part without an unknown hour begins, at a known value.
std::size_t usable_from(std::span<const double> minutes) {
  std::size_t from = minutes.size();
  std::size_t unknown = 0;
  for (std::size_t i = minutes.size(); i-- > 0;) {
    if (!std::isnan(minutes[i])) {
      from = i;
      unknown = 0;
    } else if (++unknown >= minutes_of_hour && from < minutes.size()) {
      break;
    }
  }
  return from;
}

/// Of a straight line through the values, by least squares.
double slope(std::span<const double> values) {
  const auto n = static_cast<double>(values.size());
  const double middle = (n - 1) / 2;
  double product = 0;
  double square = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double x = static_cast<double>(i) - middle;
    product += x * values[i];
    square += x * x;
  }
  return product / square;
}

bool peaks_at(std::span<const double> values, std::size_t at) {
  const std::size_t reach = std::min(4 * minutes_of_hour, at / 2);
  if (at < 1 || at + 1 >= values.size() || reach < 1) return false;
  const std::size_t end = std::min(values.size() - 1, at + reach);
  return slope(values.subspan(at - reach, reach + 1)) > 0 &&
         slope(values.subspan(at, end - at + 1)) < 0;
}

/// The greatest power of shuffled values that one shuffling in a hundred exceeds: their powers are
/// exponentially distributed, so it need not be tried out.
double power_of_chance(std::span<const Complex> spectrum) {
  double sum = 0;
  for (std::size_t k = 1; k < spectrum.size(); ++k)
    sum += spectrum[k].re * spectrum[k].re + spectrum[k].im * spectrum[k].im;
  const auto n = static_cast<double>(spectrum.size());
  const double quantile = 99.0 / 101.0;  // expected of the 99th of 100
  return sum / (n - 1) * -std::log(-std::expm1(std::log(quantile) / (n / 2 - 1)));
}

std::vector<double> autocorrelation(const Fourier& fourier, std::span<const Complex> spectrum) {
  std::vector<Complex> power(spectrum.size());
  for (std::size_t k = 1; k < spectrum.size(); ++k)
    power[k].re = spectrum[k].re * spectrum[k].re + spectrum[k].im * spectrum[k].im;
  return fourier.backward(power);
}

/// The amplitude below which fast parts are left out.
double least_amplitude(const Estimator& estimator, std::span<const Complex> spectrum) {
  constexpr std::size_t items_max = 100;
  std::vector<double> amplitudes;
  for (std::size_t k = 1; k < spectrum.size() / 2; ++k)
    amplitudes.push_back(magnitude(spectrum[k]) / static_cast<double>(spectrum.size()));
  std::ranges::sort(amplitudes, std::greater{});
  const double least =
      std::max(estimator.amplitude_min, amplitudes[std::min(items_max, amplitudes.size()) - 1]);
  if (amplitudes.size() < estimator.items_min) return least;
  return std::min(least, amplitudes[estimator.items_min - 1]);
}

std::vector<double> by_spectrum(const Estimator& estimator, std::span<const double> minutes,
                                std::size_t period) {
  constexpr double value_min = 0.01;  // for what would be nothing or less
  const Fourier fourier(minutes.size());
  std::vector<Complex> spectrum = fourier.forward(minutes);
  const auto n = static_cast<double>(minutes.size());
  const double least = least_amplitude(estimator, spectrum);
  for (std::size_t k = 0; k < spectrum.size(); ++k) {
    const bool fast = static_cast<double>(k) * minutes_of_hour > n;  // faster than once an hour
    if (fast && magnitude(spectrum[k]) / n < least) spectrum[k] = {};
  }
  const std::vector<double> smooth = fourier.backward(spectrum);
  std::vector<double> next(smooth.end() - static_cast<std::ptrdiff_t>(period), smooth.end());
  for (double& value : next) value = (value <= 0 ? value_min : value) * (1 + estimator.margin);
  return next;
}

}  // namespace

std::vector<double> prepared(std::vector<double> minutes) {
  minutes.erase(minutes.begin(),
                minutes.begin() + static_cast<std::ptrdiff_t>(usable_from(minutes)));
  fill(minutes);
  const std::size_t odd = minutes.size() % minutes_of_day;
  minutes.erase(minutes.begin(), minutes.begin() + static_cast<std::ptrdiff_t>(odd));
  if (minutes.empty()) return minutes;
  std::vector<double> sorted = minutes;
  std::ranges::sort(sorted);
  const double high = percentile(sorted, 0.999);
  const double low = percentile(sorted, 0.001);
  for (std::size_t i = 1; i < minutes.size(); ++i)
    if (minutes[i] > high || minutes[i] < low) minutes[i] = minutes[i - 1];
  return minutes;
}

std::optional<std::size_t> period_of(std::span<const double> minutes) {
  const std::size_t n = minutes.size();
  if (n < 2 * minutes_of_day) return std::nullopt;
  const Fourier fourier(n);
  const std::vector<Complex> spectrum = fourier.forward(minutes);
  const double chance = std::sqrt(power_of_chance(spectrum));
  const std::vector<double> correlation = autocorrelation(fourier, spectrum);
  std::size_t best = 0;
  double greatest = 0;
  for (std::size_t k = 2; k < n / 2; ++k) {
    const std::size_t hint = n / k;
    if (magnitude(spectrum[k]) <= chance || correlation[hint] <= greatest) continue;
    if (!peaks_at(correlation, hint)) continue;
    best = hint;
    greatest = correlation[hint];
  }
  if (best == minutes_of_day || best == minutes_of_week) return best;
  return std::nullopt;
}

double forecast_error(std::span<const double> came, std::span<const double> forecast) {
  CHECK(came.size() == forecast.size() && !came.empty());
  constexpr double nothing = 1e-3;
  const bool relative = std::ranges::all_of(came, [](double v) { return v >= nothing; });
  double sum = 0;
  for (std::size_t i = 0; i < came.size(); ++i) {
    const double off = forecast[i] - came[i];
    if (!relative)
      sum += std::abs(off);
    else
      sum += off < 0 ? -std::log(1 + off / came[i]) / std::log(1.25) : off / came[i];
  }
  return sum / static_cast<double>(came.size());
}

std::vector<double> estimated(const Estimator& estimator, std::span<const double> minutes,
                              std::size_t period) {
  CHECK(minutes.size() >= period && minutes.size() % period == 0);
  if (estimator.items_min > 0) return by_spectrum(estimator, minutes, period);
  std::vector<double> next(period, -std::numeric_limits<double>::infinity());
  for (std::size_t i = 0; i < minutes.size(); ++i)
    next[i % period] = std::max(next[i % period], minutes[i] * (1 + estimator.margin));
  return next;
}

std::optional<std::vector<double>> next_period(std::vector<double> minutes) {
  const std::vector<double> all = prepared(std::move(minutes));
  const auto period = period_of(all);
  if (!period || all.size() < 2 * *period) return std::nullopt;
  const std::size_t whole = all.size() / *period * *period;
  const std::span<const double> cycles = std::span(all).last(whole);
  const auto before = cycles.first(whole - *period);
  const auto last = cycles.last(*period);
  const Estimator* best = nullptr;
  double least = std::numeric_limits<double>::infinity();
  for (const Estimator& one : estimators) {
    const double error = forecast_error(last, estimated(one, before, *period));
    if (error >= least) continue;
    least = error;
    best = &one;
  }
  if (best == nullptr) return std::nullopt;
  return estimated(*best, cycles, *period);
}

}  // namespace headroom::rivals
