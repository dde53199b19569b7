// What `headroom compare` is asked to do, read and checked before anything runs.
#pragma once

#include <string>
#include <vector>

#include "cli/case_options.h"
#include "core/result.h"
#include "prove/grid.h"

namespace headroom::cli {

/// As typed.
struct CompareOptions {
  CaseOptions cases;
  std::string permitted;
  std::string split;
  std::vector<std::string> policies;
  std::string runs;
  std::string against;
  std::string report;
};

struct CompareOrder {
  Cases cases;
  report::Yardstick yardstick;
  std::vector<std::string> policies;
  std::string origin;  // the build and the world

  /// What is tried of a policy first.
  [[nodiscard]] std::vector<prove::Setting> settings_of(const std::string& policy) const;
  /// The shares that frontiers are read at.
  [[nodiscard]] std::vector<double> shares() const;
};

[[nodiscard]] Result<CompareOrder> order_of(const CompareOptions& options);

}  // namespace headroom::cli
