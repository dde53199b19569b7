// Ridge regression by normal equations to which each moment adds; solved by Eigen.
#include "scale/course.h"

#include <algorithm>
#include <cmath>
#include <Eigen/Cholesky>
#include <Eigen/Core>

namespace headroom::scale {
namespace {

constexpr double long_mean_s = 600;
constexpr double move_most = 1;
/// Coefficients are drawn to zero as by so many seconds in which each feature was as large as
/// demand itself: by an hour in which they were 5% of it.
constexpr double ridge = 10;
/// What is stored stays short.
constexpr double unit = 1e-4;

constexpr Eigen::Index size = course_features;
using Normal = Eigen::Matrix<double, size, size>;
using Vector = Eigen::Vector<double, size>;

/// Of demand, `other` above it.
double above(double other, double per_second) {
  const double share = std::clamp(other / per_second - 1, -move_most, move_most);
  return std::round(share / unit) * unit;
}

CourseFeatures solved(const Course& course) {
  Normal normal;
  auto next = course.products.begin();
  for (Eigen::Index row = 0; row < size; ++row)
    for (Eigen::Index column = 0; column <= row; ++column)
      normal(row, column) = normal(column, row) = *next++;
  normal.diagonal().array() += ridge;
  const Vector solution = normal.ldlt().solve(Eigen::Map<const Vector>(course.moved.data()));
  CourseFeatures out{};
  std::ranges::copy(solution, out.begin());
  return out;
}

}  // namespace

void follow(const Demand& now, double tick_s, Course& course) {
  course.long_s = std::min(course.long_s + tick_s, long_mean_s);
  if (course.long_s <= 0) return;
  const double share = std::min(1.0, tick_s / course.long_s);
  course.long_per_second += share * (now.latest - course.long_per_second);
}

CourseFeatures features_of(const Course& course, const Demand& now, double lead_ago_per_second,
                           double season_rise) {
  const double base = std::max(now.per_second, demand_min_per_second);
  return {above(now.rapid, base),           above(now.sustained, base),
          above(now.steady, base),          above(course.long_per_second, base),
          above(lead_ago_per_second, base), above(base + season_rise, base)};
}

double beyond_days_before(const Course& course, const CourseFeatures& features) {
  double share = 0;
  for (std::size_t i = 0; i < features.size(); ++i) share += course.coefficients[i] * features[i];
  return std::isfinite(share) ? std::clamp(share, -move_most, move_most) : 0;
}

void learn_course(const CourseFeatures& features, double beyond, double seconds, Course& course) {
  const double moved = std::clamp(beyond, -move_most, move_most);
  auto product = course.products.begin();
  for (std::size_t row = 0; row < features.size(); ++row) {
    for (std::size_t column = 0; column <= row; ++column)
      *product++ += seconds * features[row] * features[column];
    course.moved[row] += seconds * features[row] * moved;
  }
  course.coefficients = solved(course);
  // A damaged journal: what is no number would stay for ever.
  if (!std::ranges::all_of(course.coefficients, [](double c) { return std::isfinite(c); })) {
    course.products.fill(0);
    course.moved.fill(0);
    course.coefficients.fill(0);
  }
}

void fade(double kept, Course& course) {
  for (double& product : course.products) product *= kept;
  for (double& moved : course.moved) moved *= kept;
}

}  // namespace headroom::scale
