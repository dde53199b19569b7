// Which traces, requests and world settings are tried on: what `compare` and `tune` share.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/result.h"
#include "prove/grid.h"
#include "prove/scenario.h"
#include "prove/simulate.h"

namespace CLI {
class App;
}

namespace headroom::cli {

/// As typed.
struct CaseOptions {
  std::vector<std::string> traces;
  std::string column;
  bool requests = false;
  std::vector<std::string> workloads{"fast-web"};
  std::vector<std::string> startups{"30s"};
  std::string world;  // a file
  std::optional<double> peak_replicas;
  double days = 0;
  double history = 0.25;
  std::string plant = "fluid";
  int seeds = 1;
  int jobs = 0;
  std::string format = "text";
};

/// What a rate's peak needs once it is scaled, unless another number is asked for.
constexpr double peak_replicas_usual = 40;

void add_case_options(CLI::App& command, CaseOptions& options);

struct Cases {
  CaseOptions options;
  prove::Plant plant = prove::Plant::fluid;
  std::map<std::string, std::string> paths;  // of the traces, by name
  std::map<std::string, std::string> columns;
  std::vector<prove::Case> all;  // of a trace, they stand together
};

/// `split` names a CSV file with families, parts and columns; empty: each trace is its own family.
[[nodiscard]] Result<Cases> cases_of(const CaseOptions& options, const std::string& split);

/// Reads the trace: a rate, which is scaled, or requests, which come as they were recorded and take
/// as long. Errors name the trace.
[[nodiscard]] Result<prove::Scenario> make_scenario(const Cases& cases, const prove::Case& one);

/// Scenarios of cases, made when first needed; the last few are kept. Safe to share by threads.
class Scenarios {
 public:
  explicit Scenarios(const Cases& cases) : cases_(cases) {}

  [[nodiscard]] Result<std::shared_ptr<const prove::Scenario>> of(const prove::Case& one);

 private:
  const Cases& cases_;
  std::mutex mutex_;
  std::vector<std::pair<prove::Case, std::shared_ptr<const prove::Scenario>>> made_;
};

}  // namespace headroom::cli
