// What `headroom compare` is asked to do, read and checked before anything runs.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "core/result.h"
#include "prove/grid.h"
#include "prove/scenario.h"
#include "prove/simulate.h"

namespace headroom::cli {

/// As typed.
struct CompareOptions {
  std::vector<std::string> traces;
  std::string column;
  std::string split;
  std::vector<std::string> workloads{"fast-web"};
  std::vector<std::string> policies;
  std::vector<std::string> startups{"30s"};
  double peak_replicas = 40;
  double days = 0;
  double history = 0.25;
  std::string plant = "fluid";
  int seeds = 1;
  int jobs = 0;
  std::string runs;
  std::string against;
  std::string report;
  std::string format = "text";
};

struct CompareTask {
  prove::Case of;
  prove::Setting setting;
};

struct CompareOrder {
  CompareOptions options;
  prove::Plant plant = prove::Plant::fluid;
  std::map<std::string, std::string> paths;  // of the traces, by name
  std::map<std::string, std::string> columns;
  std::vector<CompareTask> tasks;  // those of a case stand together
  std::string origin;              // the build and the world
};

[[nodiscard]] Result<CompareOrder> order_of(const CompareOptions& options);

/// Scenarios of cases, made when first needed; the last few are kept. Safe to share by threads.
class Scenarios {
 public:
  explicit Scenarios(const CompareOrder& order) : order_(order) {}

  [[nodiscard]] Result<std::shared_ptr<const prove::Scenario>> of(const prove::Case& one);

 private:
  const CompareOrder& order_;
  std::mutex mutex_;
  std::vector<std::pair<prove::Case, std::shared_ptr<const prove::Scenario>>> made_;
};

}  // namespace headroom::cli
