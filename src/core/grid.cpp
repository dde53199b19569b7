// Finding grids.
#include "core/grid.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

namespace headroom {
namespace {

constexpr double exact_tolerance = 1e-3;  // of a bin; stamps are written rounded
constexpr double unclear = 0.25;          // of a bin: it might belong to either side

struct Line {
  double start = 0;  // relative to the first stamp
  double bin = 1;
  double error = 0;  // sum of squares over the stamps that fit, in bins
  std::size_t misfits = 0;

  [[nodiscard]] bool better_than(const Line& other) const {
    return misfits != other.misfits ? misfits < other.misfits : error < other.error;
  }
};

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double median_step(std::span<const double> stamps) {
  std::vector<double> steps;
  steps.reserve(stamps.size() - 1);
  for (std::size_t i = 1; i < stamps.size(); ++i) steps.push_back(stamps[i] - stamps[i - 1]);
  return median(std::move(steps));
}

/// Counted from one clear stamp to the next, so that an error in `bin` does not add up. A stamp
/// that is unclear where the next one is not is early or late: nothing is counted from it.
std::vector<double> places_of(std::span<const double> stamps, double bin) {
  std::vector<double> places(stamps.size(), 0);
  const auto clear = [](double place) { return std::abs(place - std::round(place)) <= unclear; };
  std::size_t last = 0;
  for (std::size_t i = 1; i < stamps.size(); ++i) {
    const double ahead = (stamps[i] - stamps[last]) / bin;
    places[i] = places[last] + std::round(ahead);
    const bool stray =
        !clear(ahead) && i + 1 < stamps.size() && clear((stamps[i + 1] - stamps[last]) / bin);
    if (!stray) last = i;
  }
  return places;
}

class Fit {
 public:
  Fit(std::span<const double> stamps, std::vector<double> places)
      : stamps_(stamps), places_(std::move(places)) {}

  [[nodiscard]] double off(const Line& line, std::size_t i) const {
    return (stamps_[i] - stamps_[0] - line.start) / line.bin - places_[i];
  }
  [[nodiscard]] Line judged(Line line) const {
    line.error = 0;
    line.misfits = 0;
    for (std::size_t i = 0; i < stamps_.size(); ++i) {
      const double off_by = off(line, i);
      if (std::abs(off_by) > grid_tolerance)
        ++line.misfits;
      else
        line.error += off_by * off_by;
    }
    return line;
  }
  /// Least squares over the stamps that are within `reach` bins of `line`.
  [[nodiscard]] Line refined(const Line& line, double reach) const {
    double count = 0, sum_k = 0, sum_s = 0;
    const auto near = [&](std::size_t i) { return std::abs(off(line, i)) <= reach; };
    for (std::size_t i = 0; i < stamps_.size(); ++i) {
      if (!near(i)) continue;
      ++count;
      sum_k += places_[i];
      sum_s += stamps_[i] - stamps_[0];
    }
    double of_k = 0, together = 0;
    for (std::size_t i = 0; i < stamps_.size(); ++i) {
      if (!near(i)) continue;
      const double k = places_[i] - sum_k / count;
      of_k += k * k;
      together += k * (stamps_[i] - stamps_[0] - sum_s / count);
    }
    if (of_k <= 0 || together <= 0) return judged(line);
    const double bin = together / of_k;
    return judged({.start = (sum_s - bin * sum_k) / count, .bin = bin});
  }
  [[nodiscard]] Line through_medians(double bin) const {
    std::vector<double> starts(stamps_.size());
    for (std::size_t i = 0; i < stamps_.size(); ++i)
      starts[i] = stamps_[i] - stamps_[0] - bin * places_[i];
    return judged({.start = median(std::move(starts)), .bin = bin});
  }
  /// The median slope over half of the series: a stray stamp does not move it, and rounding is
  /// spread over many bins.
  [[nodiscard]] double long_slope() const {
    const std::size_t half = stamps_.size() / 2;
    std::vector<double> slopes;
    for (std::size_t i = 0; i + half < stamps_.size(); ++i)
      if (places_[i + half] > places_[i])
        slopes.push_back((stamps_[i + half] - stamps_[i]) / (places_[i + half] - places_[i]));
    return slopes.empty() ? 0 : median(std::move(slopes));
  }
  [[nodiscard]] Grid grid(const Line& line) && {
    Grid grid{
        .start = stamps_[0] + line.start, .bin = line.bin, .misfits = line.misfits, .places = {}};
    for (std::size_t i = stamps_.size(); i-- > 0;)
      if (std::abs(off(line, i)) > grid_tolerance) grid.first_misfit = i;
    grid.places = std::move(places_);
    return grid;
  }

 private:
  std::span<const double> stamps_;
  std::vector<double> places_;
};

/// People choose whole seconds, or a whole number of bins a second, and begin at a whole second.
Line tidied(const Fit& fit, Line line, double first) {
  const double bin =
      line.bin > 0.75 ? std::round(line.bin) : 1 / std::round(1 / std::max(line.bin, 1e-9));
  if (const Line tidy = fit.through_medians(bin); tidy.misfits <= line.misfits) line = tidy;
  Line begins_even = line;
  begins_even.start = std::round(first + line.start) - first;
  begins_even = fit.judged(begins_even);
  return begins_even.misfits <= line.misfits ? begins_even : line;
}

std::optional<Grid> exact_grid(std::span<const double> stamps) {
  double bin = std::numeric_limits<double>::infinity();
  for (std::size_t i = 1; i < stamps.size(); ++i) bin = std::min(bin, stamps[i] - stamps[i - 1]);
  Grid grid{.start = stamps[0], .bin = bin, .places = {}};
  grid.places.reserve(stamps.size());
  for (const double stamp : stamps) {
    const double place = (stamp - stamps[0]) / bin;
    if (std::abs(place - std::round(place)) > exact_tolerance) return std::nullopt;
    grid.places.push_back(std::round(place));
  }
  return grid;
}

Grid likely_grid(std::span<const double> stamps, double step) {
  Fit fit(stamps, places_of(stamps, step));
  Line best = fit.through_medians(step);
  std::array candidates = {fit.refined(best, std::numeric_limits<double>::infinity()), best};
  if (const double slope = fit.long_slope(); slope > 0) candidates[1] = fit.through_medians(slope);
  for (const Line& rough : candidates) {
    if (rough.better_than(best)) best = rough;
    if (const Line finer = fit.refined(rough, grid_tolerance); finer.better_than(best))
      best = finer;
  }
  if (const Line finer = fit.refined(best, grid_tolerance); finer.better_than(best)) best = finer;
  const auto line = tidied(fit, best, stamps[0]);
  return std::move(fit).grid(line);
}

}  // namespace

Grid find_grid(std::span<const double> stamps) {
  constexpr double much_larger = 1.5;
  constexpr double nearly_all = 0.9;
  const double step = median_step(stamps);
  auto exact = exact_grid(stamps);
  if (exact && step < much_larger * exact->bin) return *std::move(exact);
  Grid likely = likely_grid(stamps, step);
  const auto fitting = static_cast<double>(stamps.size() - likely.misfits);
  if (exact && fitting < nearly_all * static_cast<double>(stamps.size())) return *std::move(exact);
  return likely;
}

}  // namespace headroom
