// Building the tables of distributions and reading figures off them.
#include "prove/distribution.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace headroom::prove {
namespace {

/// z with P(Z > z) = p for a standard normal Z, by Newton's method on the complementary error
/// function; kept between bounds that close in. Requires 0 < p < 1.
double normal_exceeded(double p) {
  double low = -12;
  double high = 12;
  double z = 0;
  for (int i = 0; i < 100 && high - low > 1e-12; ++i) {
    const double error = std::erfc(z * std::numbers::sqrt2 / 2) / 2 - p;
    (error > 0 ? low : high) = z;
    const double density = std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi);
    const double step = z + error / density;
    const double next = step > low && step < high ? step : (low + high) / 2;
    if (next == z) break;
    z = next;
  }
  return z;
}

/// The time exceeded with probability p, in a lognormal of this mean and variation.
auto lognormal_exceeded(double mean_s, double cv) {
  const double variance = std::log1p(cv * cv);
  return [mu = std::log(mean_s) - variance / 2, sigma = std::sqrt(variance)](double p) {
    constexpr double most = 1 - 0x1.0p-11;  // the shortest are as long as a lowest part of a cell
    return std::exp(mu + sigma * normal_exceeded(std::min(p, most)));
  };
}

Result<> check_points(std::span<const Percentile> points) {
  const auto wrong = [](std::string message) {
    return fail(ErrorCode::invalid, std::move(message));
  };
  if (points.size() < 2) return wrong("at least two percentiles are needed");
  if (points.front().share != 0 || points.back().share != 1)
    return wrong("percentiles must begin with p0 (the shortest) and end with p100 (the longest)");
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Percentile& at = points[i];
    if (!std::isfinite(at.seconds) || at.seconds < 0)
      return wrong(fmt::format("p{:g} is not a time of 0 or more", 100 * at.share));
    if (i > 0 && !(at.share > points[i - 1].share))
      return wrong(fmt::format("p{:g} does not rise above p{:g}", 100 * at.share,
                               100 * points[i - 1].share));
    if (i > 0 && at.seconds < points[i - 1].seconds)
      return wrong(fmt::format("p{:g} of {:g} s is below p{:g} of {:g} s", 100 * at.share,
                               at.seconds, 100 * points[i - 1].share, points[i - 1].seconds));
  }
  if (points.back().seconds <= 0) return wrong("all percentiles are zero");
  return {};
}

}  // namespace

template <class Exceeded>
Distribution Distribution::tabulated(Exceeded exceeded) {
  Distribution out;
  for (std::size_t level = 0; level < levels; ++level)
    for (std::size_t i = 0; i <= cells; ++i) {
      const double p = tail_of(level) * static_cast<double>(cells - i) / cells;
      out.points_[level * (cells + 1) + i] = exceeded(std::max(p, least));
    }
  out.settle();
  return out;
}

template <class Visit>
void Distribution::for_each_cell(Visit visit) const {
  for (std::size_t level = 0; level < levels; ++level) {
    const double* at = &points_[level * (cells + 1)];
    const std::size_t count = level + 1 < levels ? cells - cells / zoom : cells;
    for (std::size_t i = 0; i < count; ++i) visit(tail_of(level) / cells, at[i], at[i + 1]);
  }
}

void Distribution::settle() {
  double first = 0;
  double second = 0;
  for_each_cell([&](double p, double low, double high) {
    first += p * (low + high) / 2;
    second += p * (low * low + low * high + high * high) / 3;
  });
  mean_ = first;
  cv2_ = std::max(0.0, second / (first * first) - 1);
}

Distribution::Distribution() {
  points_.fill(1);
}

Distribution Distribution::constant(double value_s) {
  CHECK(value_s > 0);
  return tabulated([=](double) { return value_s; });
}

Distribution Distribution::exponential(double mean_s) {
  CHECK(mean_s > 0);
  const Distribution shape = tabulated([](double p) { return -std::log(p); });
  return shape.scaled(mean_s / shape.mean());
}

Distribution Distribution::half_normal(double deviation) {
  CHECK(deviation > 0);
  return tabulated([=](double p) { return deviation * normal_exceeded(p / 2); });
}

Distribution Distribution::lognormal(double mean_s, double cv) {
  CHECK(mean_s > 0 && cv >= 0);
  if (cv == 0) return constant(mean_s);
  const Distribution shape = tabulated(lognormal_exceeded(mean_s, cv));
  return shape.scaled(mean_s / shape.mean());
}

Distribution Distribution::with_pareto_tail(double mean_s, double cv, double tail_share,
                                            double alpha) {
  CHECK(mean_s > 0 && cv > 0 && tail_share > 0 && tail_share < 1 && alpha > 1);
  const auto body = lognormal_exceeded(mean_s, cv);
  const double from_s = body(tail_share);
  const Distribution shape = tabulated([&](double p) {
    return p >= tail_share ? body(p) : from_s * std::pow(tail_share / p, 1 / alpha);
  });
  return shape.scaled(mean_s / shape.mean());
}

Result<Distribution> Distribution::empirical(std::span<const Percentile> points) {
  TRY(check_points(points));
  const auto exceeded = [&](double p) {
    const double share = p <= least ? 1 : 1 - p;
    const auto above = std::ranges::lower_bound(points, share, {}, &Percentile::share);
    if (above == points.begin()) return points.front().seconds;
    const Percentile& low = *(above - 1);
    const double within = (share - low.share) / (above->share - low.share);
    if (low.seconds <= 0) return std::lerp(low.seconds, above->seconds, within);
    return low.seconds * std::pow(above->seconds / low.seconds, within);
  };
  return tabulated(exceeded);
}

double Distribution::exceeds(double x) const {
  std::size_t level = 0;
  while (level + 1 < levels && x >= points_[(level + 1) * (cells + 1)]) ++level;
  const auto begin = points_.begin() + static_cast<std::ptrdiff_t>(level * (cells + 1));
  const auto end = begin + cells + 1;
  const auto above = std::upper_bound(begin, end, x);
  if (above == begin) return tail_of(level);
  if (above == end) return 0;
  const double low = *(above - 1);
  const double within = *above > low ? (x - low) / (*above - low) : 1;
  const double passed = static_cast<double>(above - 1 - begin) + within;
  return tail_of(level) * (1 - passed / cells);
}

double Distribution::quantile(double q) const {
  CHECK(q >= 0 && q <= 1);
  const double p = 1 - q;
  std::size_t level = 0;
  while (level + 1 < levels && p <= tail_of(level + 1)) ++level;
  const double passed = std::min((1 - p / tail_of(level)) * cells, double{cells});
  const auto index = std::min(static_cast<std::size_t>(passed), cells - 1);
  const double* at = &points_[level * (cells + 1) + index];
  return std::lerp(at[0], at[1], passed - static_cast<double>(index));
}

Distribution::Capped Distribution::capped(double x) const {
  Capped out;
  for_each_cell([&](double p, double low, double high) {
    if (high <= x) {
      out.first += p * (low + high) / 2;
      out.second += p * (low * low + low * high + high * high) / 3;
      return;
    }
    const double below = low >= x ? 0 : (x - low) / (high - low);  // share of the cell
    out.first += p * (below * (low + x) / 2 + (1 - below) * x);
    out.second += p * (below * (low * low + low * x + x * x) / 3 + (1 - below) * x * x);
  });
  return out;
}

Distribution Distribution::scaled(double factor) const {
  CHECK(factor > 0);
  Distribution out = *this;
  for (double& point : out.points_) point *= factor;
  out.settle();
  return out;
}

}  // namespace headroom::prove
