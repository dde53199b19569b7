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
  std::string split;
  std::vector<std::string> policies;
  std::string runs;
  std::string against;
  std::string report;
};

struct CompareTask {
  prove::Case of;
  prove::Setting setting;
};

struct CompareOrder {
  Cases cases;
  std::vector<CompareTask> tasks;  // those of a case stand together
  std::string origin;              // the build and the world
};

[[nodiscard]] Result<CompareOrder> order_of(const CompareOptions& options);

}  // namespace headroom::cli
