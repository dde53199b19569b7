// Weighted, robust ridge regression: the one place that needs linear algebra.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace headroom::forecast {

/// Rows of features with a target and a weight each. Rows without weight count for nothing.
class Design {
 public:
  explicit Design(std::size_t features) : features_(features) {}

  /// Requires as many values as there are features.
  void add(std::span<const double> row, double target, double weight);
  void reserve(std::size_t rows);

  [[nodiscard]] std::size_t features() const { return features_; }
  [[nodiscard]] std::size_t rows() const { return targets_.size(); }
  [[nodiscard]] const std::vector<double>& values() const { return values_; }  // row by row
  [[nodiscard]] const std::vector<double>& targets() const { return targets_; }
  [[nodiscard]] const std::vector<double>& weights() const { return weights_; }

 private:
  std::size_t features_;
  std::vector<double> values_;
  std::vector<double> targets_;
  std::vector<double> weights_;
};

struct RidgeOptions {
  double ridge = 1e-3;  // times the mean of the normal matrix's diagonal
  int rounds = 4;       // of re-weighting
  double cut = 1;       // residuals beyond cut × 1.4826 × their median count less (Huber)
};

/// Coefficients without an intercept, so that a heavy ridge means zero: features are written so
/// that zero is the naive forecast. Zeros where no row has weight.
[[nodiscard]] std::vector<double> fit_ridge(const Design& design, const RidgeOptions& options);

}  // namespace headroom::forecast
