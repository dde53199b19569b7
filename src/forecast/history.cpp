// Fills gaps, tells outages and shifts of level.
#include "forecast/history.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace headroom::forecast {
namespace {

constexpr double day_s = 86400;
constexpr std::size_t days_least = 3;
constexpr std::size_t days_for_weeks = 16;
constexpr double offset_share = 0.05;   // of the median: less is noise in logarithms
constexpr double quantile_cap = 10;     // times the highest rate seen
constexpr double low_share = 0.005;     // of the bins are below what is unusually little
constexpr double outage_share = 0.1;    // of that
constexpr double outage_requests = 20;  // that chance does not make zero
constexpr double shift_least = 0.262;   // log 1.3
constexpr double shift_margin = 4;
constexpr double shift_since_yesterday = 0.5;  // of it, at least: else it is older than a day
constexpr std::size_t shift_days = 9;

double median_of(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

/// Median change over `span` bins, of the day that ends `back` bins before the end.
double median_change(const std::vector<double>& logs, std::size_t day, std::size_t span,
                     std::size_t back) {
  std::vector<double> changes(day);
  const std::size_t end = logs.size() - back;
  for (std::size_t i = 0; i < day; ++i) changes[i] = logs[end - 1 - i] - logs[end - 1 - i - span];
  return median_of(changes);
}

}  // namespace

Grid Grid::of(double bin_s, std::size_t bins) {
  Grid grid{.bin_s = bin_s};
  const double day = day_s / bin_s;
  if (day < 4 || std::abs(day - std::round(day)) > 1e-6) return grid;
  const auto whole = static_cast<std::size_t>(std::llround(day));
  if (bins >= days_least * whole) grid.day = whole;
  if (bins >= days_for_weeks * whole) grid.week = 7 * whole;
  return grid;
}

History::History(const Grid& grid, std::size_t bins_max)
    : grid_(grid), bins_max_(bins_max), offset_(1 / grid.bin_s), sums_{0} {}

double History::to_log(double value) const {
  return std::log(std::max(value, 0.0) + offset_);
}

double History::clamp(double value) const {
  return std::clamp(value, 0.0, quantile_cap * highest_);
}

double History::to_value(double log) const {
  return clamp(std::exp(std::min(log, 700.0)) - offset_);
}

double History::mean(std::size_t at, std::size_t bins) const {
  const std::size_t from = at + 1 > bins ? at + 1 - bins : 0;
  return (sums_[at + 1] - sums_[from]) / static_cast<double>(at + 1 - from);
}

void History::append(double log, bool known) {
  logs_.push_back(log);
  sums_.push_back(sums_.back() + log);
  known_.push_back(known ? 1 : 0);
}

/// Yesterday's bin, at today's level; the last one where there is no yesterday.
double History::usual() const {
  const std::size_t size = logs_.size();
  if (size == 0) return to_log(0);
  const std::size_t day = grid_.day;
  if (day == 0 || size < day + 1) return logs_.back();
  constexpr std::size_t level_bins = 30;
  const double now = mean(size - 1, level_bins);
  return logs_[size - day] + now - mean(size - 1 - day, level_bins);
}

void History::add(double value) {
  if (logs_.size() > 2 * bins_max_) drop_oldest();
  if (std::isnan(value)) return append(usual(), false);
  // What lasts for a day is no outage any more but how it is.
  const bool lasts = outage_bins_ < std::max<std::size_t>(grid_.day, 1);
  outage_ = value < outage_below_ && lasts;
  outage_bins_ = value < outage_below_ ? outage_bins_ + 1 : 0;
  highest_ = std::max(highest_, value);
  if (outage_)
    append(usual(), false);
  else
    append(to_log(value), true);
}

void History::drop_oldest() {
  const std::size_t season = std::max<std::size_t>({grid_.week, grid_.day, 1});
  const std::size_t count = (logs_.size() - bins_max_) / season * season;
  const auto end = static_cast<std::ptrdiff_t>(count);
  logs_.erase(logs_.begin(), logs_.begin() + end);
  known_.erase(known_.begin(), known_.begin() + end);
  dropped_ += count;
  sums_.assign(1, 0);
  for (const double log : logs_) sums_.push_back(sums_.back() + log);
}

void History::rebuild(double offset) {
  for (double& log : logs_) log = std::log(std::max(0.0, std::exp(log) - offset_) + offset);
  offset_ = offset;
  shift_before(0, 0);
}

void History::shift_before(std::size_t at, double by) {
  for (std::size_t i = 0; i < at; ++i) logs_[i] += by;
  for (std::size_t i = 0; i < logs_.size(); ++i) sums_[i + 1] = sums_[i] + logs_[i];
}

std::optional<std::size_t> History::review() {
  std::vector<double> values;
  for (std::size_t i = 0; i < logs_.size(); ++i)
    if (known_[i] != 0 && to_value(logs_[i]) > 0) values.push_back(to_value(logs_[i]));
  if (values.empty()) return std::nullopt;
  const double median = median_of(values);
  if (!offset_settled_) rebuild(std::max(1 / grid_.bin_s, offset_share * median));
  offset_settled_ = true;
  if (grid_.day == 0 || logs_.size() < 2 * grid_.day) return std::nullopt;
  std::vector<double> all;
  for (std::size_t i = 0; i < logs_.size(); ++i)
    if (known_[i] != 0) all.push_back(to_value(logs_[i]));
  const auto low = static_cast<std::ptrdiff_t>(low_share * static_cast<double>(all.size()));
  std::ranges::nth_element(all, all.begin() + low);
  const double least = all[static_cast<std::size_t>(low)];
  outage_below_ = least * grid_.bin_s >= outage_requests ? outage_share * least : -1;
  const auto shift = level_shift(logs_, grid_.day);
  if (!shift) return std::nullopt;
  shift_before(logs_.size() - shift->bins_ago, shift->by);
  return shift->bins_ago;
}

std::optional<LevelShift> level_shift(const std::vector<double>& logs, std::size_t day) {
  if (day == 0 || logs.size() < shift_days * day) return std::nullopt;
  // A weekend that begins or ends is a change from day to day, and none from week to week.
  const double change = median_change(logs, day, 7 * day, 0);
  const double since_yesterday = median_change(logs, day, day, 0);
  if (std::abs(change) < shift_least || since_yesterday / change < shift_since_yesterday)
    return std::nullopt;
  std::vector<double> usual;  // the day before the last may hold a part of the shift already
  for (std::size_t back = 2; back < shift_days - 1; ++back)
    usual.push_back(std::abs(median_change(logs, day, day, back * day)));
  if (std::abs(change) < shift_margin * median_of(usual)) return std::nullopt;
  // It began where differences to the week before are best split into none and all of it.
  std::size_t best = day;
  double gain = 0;
  double most = 0;
  for (std::size_t i = 1; i <= 2 * day; ++i) {
    const std::size_t at = logs.size() - i;
    gain += (logs[at] - logs[at - 7 * day]) / change - 0.5;
    if (gain <= most) continue;
    most = gain;
    best = i;
  }
  return LevelShift{best, change};
}

}  // namespace headroom::forecast
