// Averages the models for days and weeks.
#include "forecast/seasonal_mean.h"

#include <algorithm>
#include <cmath>

namespace headroom::forecast {
namespace {

constexpr double day_margin = 0.5;  // how much better another length of the day must be
constexpr std::size_t similar_days = 4;
constexpr double other_weekday = 2;  // times as far
constexpr double level_share = 0.3;  // of a difference in level, counted as distance

double mean_difference(std::span<const double> logs, std::size_t lag) {
  double sum = 0;
  for (std::size_t t = lag; t < logs.size(); ++t) sum += std::abs(logs[t] - logs[t - lag]);
  return sum / static_cast<double>(logs.size() - lag);
}

double mean_of(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

struct SimilarDay {
  double distance = 0;
  std::size_t end = 0;  // where what followed it begins
  double level = 0;     // of the last day above its
};

SimilarDay compare(std::span<const double> logs, const Seasons& seasons, std::size_t end) {
  const auto today = logs.last(seasons.day);
  const auto other = logs.subspan(end - seasons.day, seasons.day);
  SimilarDay found{.end = end, .level = mean_of(today) - mean_of(other)};
  for (std::size_t i = 0; i < seasons.day; ++i)
    found.distance += std::abs(today[i] - other[i] - found.level);
  found.distance /= static_cast<double>(seasons.day);
  found.distance += level_share * std::abs(found.level);
  if ((logs.size() - end) % seasons.week != 0) found.distance *= other_weekday;
  return found;
}

}  // namespace

std::size_t day_length(std::span<const double> logs, std::size_t day) {
  std::size_t best = day;
  double least = day_margin * mean_difference(logs, day);
  for (std::size_t lag = std::max<std::size_t>(2, day / 2); lag <= day * 3 / 2; ++lag) {
    if (lag >= logs.size()) break;
    const double difference = mean_difference(logs, lag);
    if (difference >= least) continue;
    least = difference;
    best = lag;
  }
  return best;
}

std::vector<double> after_similar_days(std::span<const double> logs, const Seasons& seasons,
                                       std::size_t steps) {
  const std::size_t day = seasons.day;
  std::vector<SimilarDay> days;
  const std::size_t back = (steps + day - 1) / day * day;
  for (std::size_t end = logs.size() - back; end >= day; end -= day) {
    days.push_back(compare(logs, seasons, end));
    if (end < 2 * day) break;
  }
  const std::size_t kept = std::min(similar_days, days.size());
  std::ranges::partial_sort(days, days.begin() + static_cast<std::ptrdiff_t>(kept), {},
                            &SimilarDay::distance);
  days.resize(kept);
  std::vector<double> mean(steps);
  double weights = 0;
  for (const SimilarDay& one : days) {
    const double weight = 1 / std::pow(one.distance + 1e-6, 2);
    weights += weight;
    for (std::size_t i = 0; i < steps; ++i) mean[i] += weight * (logs[one.end + i] + one.level);
  }
  for (double& value : mean) value /= weights;
  return mean;
}

SeasonalMean::SeasonalMean(const Seasons& seasons) : seasons_(seasons) {
  const ContrastShape robust{.weeks = 4, .median = true, .days = 7, .ridge = 1e-3};
  contrasts_.emplace_back(ContrastShape{}, seasons);
  for (const Base base : {Base::yesterday, Base::last_week}) {
    ContrastShape shape = robust;
    shape.base = base;
    contrasts_.emplace_back(shape, seasons);
  }
}

void SeasonalMean::fit(std::span<const double> logs, std::span<const char> known) {
  for (ContrastModel& one : contrasts_) one.fit(logs, known);
}

std::vector<double> SeasonalMean::path(std::span<const double> logs, std::size_t steps) const {
  std::vector<std::vector<double>> paths;
  for (const ContrastModel& one : contrasts_) {
    std::vector<double> extended(logs.begin(), logs.end());
    one.extend(extended, steps);
    paths.emplace_back(extended.end() - static_cast<std::ptrdiff_t>(steps), extended.end());
  }
  const std::size_t back = (steps + seasons_.day - 1) / seasons_.day * seasons_.day;
  if (logs.size() >= back + 2 * seasons_.day)
    paths.push_back(after_similar_days(logs, seasons_, steps));
  std::vector<double> middle(steps);
  std::vector<double> values(paths.size());
  for (std::size_t i = 0; i < steps; ++i) {
    for (std::size_t k = 0; k < paths.size(); ++k) values[k] = paths[k][i];
    std::ranges::sort(values);
    middle[i] = (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
  }
  return middle;
}

}  // namespace headroom::forecast
