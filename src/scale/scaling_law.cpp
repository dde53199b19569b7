// Least squares with two coefficients that may not be negative, by trying which of them are none.
#include "scale/scaling_law.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <Eigen/Core>
#include <Eigen/QR>

#include "scale/curve.h"
#include "scale/need.h"
#include "scale/observation.h"

namespace headroom::scale {
namespace {

constexpr double level_attempts_min = 20;
/// More attempts at one level make it no surer: what is common to all of a moment stays.
constexpr double level_deviation = 0.05;
/// Fewer levels, or over a smaller range, fit anything.
constexpr int levels_min = 4;
constexpr double range_min = 2;
/// That attempts take less than this more is no limit.
constexpr double no_limit = 0.05;

/// One level a row: weight × (1, n − 1, n(n − 1)) ÷ latency, and the weight itself.
using Row = Eigen::RowVector4d;
using Rows = Eigen::Matrix<double, Eigen::Dynamic, 4, 0, ByConcurrency::level_count, 4>;
using Coefficients = Eigen::Vector3d;

struct Levels {
  Rows rows{0, 4};
  double least = 0;  // in flight
  double most = 0;
  double weight = 0;
};

Levels levels_of(const std::vector<LevelEvidence>& evidence) {
  Levels out;
  out.rows.resize(ByConcurrency::level_count, 4);
  Eigen::Index count = 0;
  for (std::size_t i = 0; i < evidence.size(); ++i) {
    const LevelEvidence& level = evidence[i];
    if (level.attempts < level_attempts_min || level.latency_s <= 0) continue;
    const double n = concurrency_of(i);
    const double latency_s = level.latency_s / level.attempts;
    const double weight = 1 / std::sqrt(1 / level.attempts + level_deviation * level_deviation);
    out.rows.row(count++) =
        weight * Row(1 / latency_s, (n - 1) / latency_s, n * (n - 1) / latency_s, 1);
    if (out.least <= 0) out.least = n;
    out.most = n;
    out.weight += weight * weight;
  }
  out.rows.conservativeResize(count, 4);
  return out;
}

struct Fit {
  Coefficients of = Coefficients::Zero();
  double squares = 0;  // of what is left
};

/// With alone_s and those of the others that are `in`. `reduced`: the rows as a triangle.
Fit fit_with(const Eigen::Matrix4d& reduced, bool contention, bool coherency) {
  std::array<Eigen::Index, 3> columns{0};
  Eigen::Index count = 1;
  if (contention) columns[static_cast<std::size_t>(count++)] = 1;
  if (coherency) columns[static_cast<std::size_t>(count++)] = 2;
  Eigen::Matrix<double, 4, Eigen::Dynamic, 0, 4, 3> some(4, count);
  for (Eigen::Index c = 0; c < count; ++c)
    some.col(c) = reduced.col(columns[static_cast<std::size_t>(c)]);
  const Eigen::Vector4d target = reduced.col(3);
  const auto found = some.colPivHouseholderQr().solve(target).eval();
  Fit fit{.squares = (some * found - target).squaredNorm()};
  for (Eigen::Index c = 0; c < count; ++c) fit.of[columns[static_cast<std::size_t>(c)]] = found[c];
  return fit;
}

}  // namespace

ScalingLaw law_of(const std::vector<LevelEvidence>& levels) {
  Levels rows = levels_of(levels);
  if (rows.rows.rows() < levels_min || rows.most < range_min * rows.least) return {};
  // Columns of one size, so that what is small is not lost: n(n − 1) is up to 60,000.
  const Row sizes = rows.rows.colwise().norm();
  for (Eigen::Index c = 0; c < 3; ++c) rows.rows.col(c) /= sizes[c];
  const Eigen::HouseholderQR<Rows> qr(rows.rows);
  const Eigen::Matrix4d reduced =
      qr.matrixQR().topRows<4>().triangularView<Eigen::Upper>().toDenseMatrix();
  Fit best;
  bool any = false;
  for (const int in : {0, 1, 2, 3}) {
    const bool contention = (in & 1) != 0;
    const bool coherency = (in & 2) != 0;
    const Fit fit = fit_with(reduced, contention, coherency);
    if (fit.of[0] <= 0 || fit.of[1] < 0 || fit.of[2] < 0) continue;
    if (any && fit.squares >= best.squares) continue;
    best = fit;
    any = true;
  }
  if (!any) return {};
  const Coefficients of = best.of.cwiseQuotient(sizes.head<3>().transpose());
  return {.alone_s = of[0],
          .contention = of[1] / of[0],
          .coherency = of[2] / of[0],
          .seen = rows.most,
          .error = std::sqrt(best.squares / rows.weight)};
}

double latency_at(const ScalingLaw& law, double in_flight) {
  const double others = in_flight - 1;
  return law.alone_s * (1 + law.contention * others + law.coherency * in_flight * others);
}

Limit limit_of(const ScalingLaw& law) {
  const double contention = law.contention * (law.seen - 1);
  const double coherency = law.coherency * law.seen * (law.seen - 1);
  if (contention + coherency < no_limit) return Limit::none;
  return contention >= coherency ? Limit::contention : Limit::coherency;
}

std::optional<double> peak_of(const ScalingLaw& law) {
  if (law.coherency <= 0 || law.contention >= 1) return std::nullopt;
  return std::sqrt((1 - law.contention) / law.coherency);
}

std::optional<double> takes_beyond_seen(const ScalingLaw& law, double latency_s) {
  if (latency_at(law, law.seen) >= latency_s || latency_at(law, law_reach * law.seen) < latency_s)
    return std::nullopt;
  double low = law.seen;
  double high = law_reach * law.seen;
  while (high - low > 0.01) {
    const double middle = (low + high) / 2;
    (latency_at(law, middle) < latency_s ? low : high) = middle;
  }
  return high;
}

std::string describe(const ScalingLaw& law, const Capacity& capacity, double objective_s) {
  if (law.alone_s <= 0) return {};
  const Limit limit = limit_of(law);
  std::string text =
      limit == Limit::none
          ? fmt::format("nothing limits it up to {} in flight", brief(law.seen))
          : fmt::format("{} limits it (contention {:.3g}%, coherency {:.2g}%, within {:.0f}%)",
                        limit == Limit::contention ? "contention" : "coherency",
                        100 * law.contention, 100 * law.coherency, 100 * law.error);
  if (const auto peak = peak_of(law); peak && *peak <= law_reach * law.seen)
    text += fmt::format(", most at {} in flight{}", brief(std::max(1.0, *peak)),
                        *peak > law.seen ? " by extrapolation" : "");
  if (capacity.end_seen) return text;
  const double presumed_s = presumed_in_time * objective_s;
  if (const auto at = takes_beyond_seen(law, presumed_s))
    text +=
        fmt::format(", by extrapolation half the objective is taken at {} in flight", brief(*at));
  else if (latency_at(law, law.seen) < presumed_s)
    text += fmt::format(", half the objective not within {} × what was seen", brief(law_reach));
  return text;
}

}  // namespace headroom::scale
