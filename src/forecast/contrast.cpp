// Fits and iterates a contrast autoregression.
#include "forecast/contrast.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "forecast/regression.h"

namespace headroom::forecast {
namespace {

constexpr std::size_t rows_least = 20;
constexpr std::size_t weeks_most = 8;

}  // namespace

std::size_t ContrastModel::weeks_in(std::size_t size) const {
  const auto [day, week] = seasons_;
  if (shape_.median) return size >= 2 * week + 2 * day ? shape_.weeks : 0;
  return size > week + 4 * day ? std::min(shape_.weeks, (size - week - 2 * day) / week) : 0;
}

std::size_t ContrastModel::first_row() const {
  std::size_t first = 2 * seasons_.day + lags;
  // A median leaves out the weeks that are not there yet; a mean needs all of them.
  if (weeks_ > 0) first = std::max(first, (shape_.median ? 1 : weeks_) * seasons_.week + 1);
  if (shape_.base == Base::last_week) first = std::max(first, seasons_.week + lags + 1);
  return first;
}

std::size_t ContrastModel::features() const {
  std::size_t pairs = shape_.days > 0 ? 1 : 0;
  if (weeks_ > 0) ++pairs;
  if (shape_.base == Base::last_week) ++pairs;
  return lags + 2 * pairs;
}

double ContrastModel::week_level(std::span<const double> logs, std::size_t at) const {
  std::array<double, weeks_most> weeks{};
  std::size_t count = 0;
  double sum = 0;
  for (std::size_t k = 1; k <= weeks_ && k * seasons_.week <= at; ++k) {
    weeks[count] = logs[at - k * seasons_.week];
    sum += weeks[count++];
  }
  if (count == 0) return logs[at - seasons_.day];
  if (!shape_.median) return sum / static_cast<double>(count);
  std::sort(weeks.begin(), weeks.begin() + static_cast<std::ptrdiff_t>(count));
  return (weeks[(count - 1) / 2] + weeks[count / 2]) / 2;
}

ContrastModel::Levels ContrastModel::levels(std::span<const double> logs, std::size_t at) const {
  Levels found{.yesterday = logs[at - seasons_.day]};
  if (weeks_ > 0) found.week = week_level(logs, at);
  std::size_t days = 0;
  for (; days < shape_.days && (days + 1) * seasons_.day <= at; ++days)
    found.days += logs[at - (days + 1) * seasons_.day];
  if (days > 0) found.days /= static_cast<double>(days);
  found.base = shape_.base == Base::last_week && at >= seasons_.week ? logs[at - seasons_.week]
                                                                     : found.yesterday;
  return found;
}

/// `recent` holds the levels at `at` and at each lag before it.
void ContrastModel::features_at(std::span<const double> logs, std::size_t at,
                                std::span<const Levels> recent, double* out) const {
  for (std::size_t lag = 1; lag <= lags; ++lag) *out++ = logs[at - lag] - recent[lag].base;
  for (const Levels& one : recent.first(2)) {
    if (weeks_ > 0) *out++ = one.week - one.base;
    if (shape_.days > 0) *out++ = one.days - one.base;
    if (shape_.base == Base::last_week) *out++ = one.yesterday - one.base;
  }
}

void ContrastModel::fit(std::span<const double> logs, std::span<const char> known) {
  const std::size_t size = logs.size();
  coefficients_.clear();
  weeks_ = weeks_in(size);
  if (shape_.base == Base::last_week && size < 2 * seasons_.week + seasons_.day) return;
  const std::size_t first = first_row();
  if (first + rows_least > size) return;
  const std::size_t count = features();
  Design design(count);
  design.reserve(size - first);
  const double half_life = 2 * static_cast<double>(seasons_.week);
  double weight = std::exp2(-static_cast<double>(size - 1 - first) / half_life);
  std::array<double, features_max> row{};
  std::array<Levels, lags + 1> recent{};
  for (std::size_t lag = 1; lag <= lags; ++lag) recent[lag - 1] = levels(logs, first - lag);
  for (std::size_t t = first; t < size; ++t, weight *= std::exp2(1 / half_life)) {
    std::shift_right(recent.begin(), recent.end(), 1);
    recent[0] = levels(logs, t);
    if (!known.empty() && (known[t] == 0 || known[t - seasons_.day] == 0)) continue;
    features_at(logs, t, recent, row.data());
    design.add({row.data(), count}, logs[t] - recent[0].base, weight);
  }
  coefficients_ = fit_ridge(design, {.ridge = shape_.ridge, .rounds = 4, .cut = 1});
}

void ContrastModel::extend(std::vector<double>& logs, std::size_t steps) const {
  const std::size_t day = seasons_.day;
  if (coefficients_.empty()) {
    for (std::size_t i = 0; i < steps; ++i) logs.push_back(logs[logs.size() - day]);
    return;
  }
  logs.reserve(logs.size() + steps);
  std::array<double, features_max> row{};
  std::array<Levels, lags + 1> recent{};
  for (std::size_t lag = 1; lag <= lags; ++lag) recent[lag - 1] = levels(logs, logs.size() - lag);
  for (std::size_t i = 0; i < steps; ++i) {
    const std::size_t at = logs.size();
    std::shift_right(recent.begin(), recent.end(), 1);
    recent[0] = levels(logs, at);
    features_at(logs, at, recent, row.data());
    double value = recent[0].base;
    for (std::size_t k = 0; k < coefficients_.size(); ++k) value += coefficients_[k] * row[k];
    logs.push_back(value);
  }
}

}  // namespace headroom::forecast
