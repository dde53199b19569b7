// Iteratively re-weighted normal equations, solved by Cholesky.
#include "forecast/regression.h"

#include <algorithm>
#include <cmath>
#include <Eigen/Cholesky>
#include <Eigen/Core>

#include "core/result.h"

namespace headroom::forecast {
namespace {

using Rows =
    Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;
using Values = Eigen::Map<const Eigen::VectorXd>;

constexpr double normal_mad = 1.4826;  // standard deviation over median absolute deviation
constexpr double tiny = 1e-12;         // keeps a matrix of zeros solvable

double median_of(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

Eigen::VectorXd solve(const Rows& rows, const Values& targets, const Eigen::VectorXd& weights,
                      double ridge) {
  const Eigen::MatrixXd weighted = weights.asDiagonal() * rows;
  Eigen::MatrixXd normal = rows.transpose() * weighted;
  const double mean = normal.trace() / static_cast<double>(normal.rows());
  normal.diagonal().array() += ridge * mean + tiny;
  return normal.ldlt().solve(weighted.transpose() * targets);
}

}  // namespace

void Design::add(std::span<const double> row, double target, double weight) {
  CHECK(row.size() == features_);
  values_.insert(values_.end(), row.begin(), row.end());
  targets_.push_back(target);
  weights_.push_back(weight);
}

void Design::reserve(std::size_t rows) {
  values_.reserve(rows * features_);
  targets_.reserve(rows);
  weights_.reserve(rows);
}

std::vector<double> fit_ridge(const Design& design, const RidgeOptions& options) {
  const auto count = static_cast<Eigen::Index>(design.rows());
  const auto features = static_cast<Eigen::Index>(design.features());
  if (count == 0) return std::vector<double>(design.features());
  const Rows rows(design.values().data(), count, features);
  const Values targets(design.targets().data(), count);
  const Values own(design.weights().data(), count);
  Eigen::VectorXd weights = own;
  Eigen::VectorXd found = Eigen::VectorXd::Zero(features);
  for (int round = 0; round < options.rounds; ++round) {
    found = solve(rows, targets, weights, options.ridge);
    if (round + 1 == options.rounds) break;
    const Eigen::VectorXd residuals = (targets - rows * found).cwiseAbs();
    const double usual =
        options.cut * normal_mad * median_of({residuals.data(), residuals.data() + count}) + 1e-9;
    weights = own.array() * (usual / residuals.array().max(tiny)).min(1.0);
  }
  return {found.data(), found.data() + features};
}

}  // namespace headroom::forecast
