// Features and fit of the direct regression.
#include "forecast/direct.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "forecast/regression.h"

namespace headroom::forecast {
namespace {

constexpr double fine_bin_s = 5;
constexpr std::size_t rows_most = 4000;
constexpr std::size_t rows_least = 60;
constexpr std::size_t bins_without_season = 3600;
constexpr std::size_t median_days = 7;

}  // namespace

std::array<std::size_t, 4> windows_of(double bin_s) {
  if (bin_s > fine_bin_s) return {2, 5, 12, 30};
  std::array<std::size_t, 4> windows{};
  constexpr std::array lengths_s{5.0, 30.0, 120.0, 600.0};
  for (std::size_t i = 0; i < windows.size(); ++i)
    windows[i] = static_cast<std::size_t>(std::llround(lengths_s[i] / bin_s));
  return windows;
}

DirectModel::DirectModel(const Grid& grid, std::size_t lead, bool seasonal)
    : grid_(grid),
      lead_(lead),
      seasonal_(seasonal && grid.day > 0),
      windows_(windows_of(grid.bin_s)) {}

std::size_t DirectModel::features() const {
  if (!seasonal_) return windows_.size() + 2;
  return windows_.size() + 2 + (grid_.week > 0 ? 6 : 4) + (smoothed_ ? 1 : 0);
}

std::size_t DirectModel::first() const {
  return std::max({lead_, seasonal_ ? grid_.day + windows_[1] : 0, windows_[1]});
}

/// The level of the same time on earlier days, as it was known at `now`.
DirectModel::Season DirectModel::season_at(const History& history, std::size_t at,
                                           std::size_t now) const {
  const std::size_t half = windows_[1] / 2;
  const auto level = [&](std::size_t back) { return history.mean(at - back + half, 2 * half + 1); };
  std::array<double, median_days> days{};
  std::size_t count = 0;
  // The days whose mean around that time was over at `now`.
  std::size_t back =
      at + half > now ? (at + half - now + grid_.day - 1) / grid_.day * grid_.day : grid_.day;
  back = std::max(back, grid_.day);
  for (; count < median_days && back + half <= at; back += grid_.day) days[count++] = level(back);
  Season season;
  if (count == 0) {
    season.median = season.yesterday = history.log_at(now);
  } else {
    season.yesterday = days[0];
    std::sort(days.begin(), days.begin() + static_cast<std::ptrdiff_t>(count));
    season.median = (days[(count - 1) / 2] + days[count / 2]) / 2;
  }
  season.last_week = season.median;
  if (grid_.week > 0 && at >= grid_.week + half && at - grid_.week + half <= now)
    season.last_week = level(grid_.week);
  return season;
}

void DirectModel::features_at(const History& history, std::size_t now, Row& row) const {
  const double x = history.log_at(now);
  double* out = row.data();
  for (const std::size_t window : windows_) *out++ = history.mean(now, window) - x;
  const double mean = history.mean(now, windows_[1]);
  *out++ = history.log_at(now - lead_) - x;
  *out++ = history.mean(now - lead_, windows_[1]) - mean;
  if (!seasonal_) return;
  const Season then = season_at(history, now + lead_, now);
  const Season same = season_at(history, now, now);
  *out++ = then.median - same.median;
  *out++ = same.median - mean;
  *out++ = then.yesterday - same.yesterday;
  *out++ = same.yesterday - mean;
  if (grid_.week == 0) return;
  *out++ = then.last_week - same.last_week;
  *out++ = same.last_week - mean;
}

void DirectModel::fit(const History& history, std::span<const double> smoothed) {
  const std::size_t size = history.size();
  smoothed_ = seasonal_ && !smoothed.empty();
  const std::size_t span = grid_.day > 0 ? 7 * grid_.day : bins_without_season;
  std::size_t begin = std::max(first(), size > span + lead_ ? size - span - lead_ : 0);
  // Exponential smoothing has settled after its first two seasons.
  if (smoothed_) begin = std::max(begin, size - smoothed.size() + 2 * grid_.day);
  if (begin + lead_ + rows_least > size) return;
  const std::size_t end = size - lead_;
  const std::size_t step = std::max<std::size_t>(1, (end - begin + rows_most - 1) / rows_most);
  Design design(features());
  design.reserve((end - begin) / step + 1);
  Row row{};
  for (std::size_t t = begin; t < end; t += step) {
    if (!history.known(t) || !history.known(t + lead_)) continue;
    features_at(history, t, row);
    if (smoothed_) row[features() - 1] = smoothed[t + smoothed.size() - size] - history.log_at(t);
    design.add(std::span<const double>(row).first(features()),
               history.log_at(t + lead_) - history.log_at(t), 1);
  }
  if (design.rows() < rows_least) return;
  coefficients_ = fit_ridge(design, {.ridge = 1e-3, .rounds = 3, .cut = 1.5});
}

double DirectModel::forecast(const History& history, double smoothed) const {
  const std::size_t now = history.size() - 1;
  if (now < first()) return history.log_at(now);
  Row row{};
  features_at(history, now, row);
  if (smoothed_) row[features() - 1] = smoothed - history.log_at(now);
  double value = history.log_at(now);
  for (std::size_t k = 0; k < coefficients_.size(); ++k) value += coefficients_[k] * row[k];
  return value;
}

}  // namespace headroom::forecast
