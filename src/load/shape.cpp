// Made days as tables, and how steep a curve is.
#include "load/shape.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/random.h"

namespace headroom::load {
namespace {

/// A moment of the day and the rate at it; between two of them the rate grows by the same share in
/// each minute.
struct Knot {
  double minute;
  double factor;
};

constexpr double day_minutes = 390;
// Read off the recorded day and smoothed; what came before 08:30 is pressed into its first hour.
constexpr Knot day[] = {{0, 0.6},   {60, 0.95}, {90, 0.95}, {150, 1.1}, {195, 1.4},
                        {220, 1.7}, {249, 3.4}, {285, 4.6}, {320, 4.7}, {340, 5.3},
                        {353, 6.3}, {361, 6.3}, {370, 3.8}, {390, 2.6}};

double day_factor(double share) {
  const double minute = share * day_minutes;
  const auto* next = std::ranges::find_if(day, [&](const Knot& k) { return k.minute > minute; });
  if (next == std::end(day)) return std::prev(next)->factor;
  const Knot& before = *std::prev(next);
  const double passed = (minute - before.minute) / (next->minute - before.minute);
  return before.factor * std::pow(next->factor / before.factor, passed);
}

double ramp_factor(double share) {
  constexpr double height = 12.5;
  return std::lerp(1, height, 1 - std::abs(2 * share - 1));
}

double ramp_flash_factor(double share) {
  constexpr double plateau = 2;
  constexpr double flash = 5;
  if (share < 0.15) return 1;
  if (share < 0.40) return std::lerp(1, plateau, (share - 0.15) / 0.25);
  if (share < 0.50) return plateau;
  if (share < 0.65) return flash;
  if (share < 0.85) return std::lerp(plateau, 1, (share - 0.65) / 0.20);
  return 1;
}

struct Form {
  std::size_t bins;
  double noise;  // standard deviation of a bin, as a share of its rate
  double (*factor)(double share);
};

Form form_of(Shape shape) {
  switch (shape) {
    case Shape::day:  // a bin a minute, with the noise of the recorded morning's minutes
      return {.bins = static_cast<std::size_t>(day_minutes), .noise = 0.025, .factor = day_factor};
    case Shape::ramp:
      return {.bins = 200, .noise = 0, .factor = ramp_factor};
    case Shape::ramp_flash:
      break;
  }
  return {.bins = 240, .noise = 0.05, .factor = ramp_flash_factor};
}

}  // namespace

std::optional<Shape> parse_shape(std::string_view name) {
  const auto* found = std::ranges::find(shape_names, name, &ShapeName::name);
  if (found == shape_names.end()) return std::nullopt;
  return found->shape;
}

Result<RateCurve> make_traffic(const Made& made) {
  const Form form = form_of(made.shape);
  Random random(made.seed);
  std::vector<double> per_s(form.bins);
  const auto bins = static_cast<double>(form.bins);
  for (std::size_t i = 0; i < form.bins; ++i) {
    const double noise = std::max(0.0, 1 + form.noise * random.normal());
    per_s[i] = made.base_per_s * noise * form.factor((static_cast<double>(i) + 0.5) / bins);
  }
  return RateCurve::make(std::move(per_s), seconds(made.length) / bins);
}

std::optional<Duration> fastest_doubling(const RateCurve& curve) {
  const std::vector<double>& per_s = curve.per_s();
  const double mean =
      std::accumulate(per_s.begin(), per_s.end(), 0.0) / static_cast<double>(per_s.size());
  // Begins worth looking back to: each is later and higher than the one before it.
  std::vector<std::size_t> begins;
  std::size_t least = per_s.size();  // bins
  for (std::size_t i = 0; i < per_s.size(); ++i) {
    const auto above = std::ranges::upper_bound(begins, per_s[i] / 2, {},
                                                [&](std::size_t begin) { return per_s[begin]; });
    if (above != begins.begin()) least = std::min(least, i - *std::prev(above));
    while (!begins.empty() && per_s[begins.back()] >= per_s[i]) begins.pop_back();
    if (per_s[i] >= mean / 10) begins.push_back(i);
  }
  if (least == per_s.size()) return std::nullopt;
  return from_seconds(static_cast<double>(least) * curve.bin_s());
}

}  // namespace headroom::load
