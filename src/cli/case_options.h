// Which traces, requests and world settings are tried on: what `compare` and `tune` share.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/service_choice.h"
#include "cli/trace_line.h"
#include "core/result.h"
#include "prove/grid.h"
#include "prove/scenario.h"
#include "prove/simulate.h"
#include "report/frontier.h"

namespace CLI {
class App;
}

namespace headroom::cli {

/// As typed.
struct CaseOptions {
  ServiceChoice service;  // no file: each workload's own objective, and no bounds
  std::vector<std::string> traces;
  std::string column;
  bool requests = false;
  std::vector<std::string> workloads{"fast-web"};
  std::vector<std::string> startups;  // none: the workload's, or 30 s
  std::string world;                  // a file
  std::string wait;                   // at the gateway; the file's, or the product's default
  std::optional<double> peak_replicas;
  double days = 0;
  double history = 0.25;
  std::string plant = "fluid";
  int seeds = 1;
  int jobs = 0;
  std::string format = "text";
};

/// What a rate's peak needs once it is scaled, unless another number is asked for; the rate of a
/// service that is planned for is taken as it is.
constexpr double peak_replicas_usual = 40;

void add_case_options(CLI::App& command, CaseOptions& options);

struct Cases {
  CaseOptions options;
  std::optional<PlannedService> planned;  // with a file
  prove::Plant plant = prove::Plant::fluid;
  std::map<std::string, std::string> paths;  // of the traces, by name
  std::map<std::string, std::string> columns;
  std::vector<prove::Case> all;  // of a trace, they stand together
  std::shared_ptr<TraceLines> lines = std::make_shared<TraceLines>();
};

/// By what is judged: `permitted` as typed, or what the file says, or `otherwise`.
[[nodiscard]] Result<report::Yardstick> yardstick_of(const Cases& cases,
                                                     const std::string& permitted,
                                                     double otherwise);

/// `split` names a CSV file with families, parts and columns; empty: each trace is its own family.
[[nodiscard]] Result<Cases> cases_of(const CaseOptions& options, const std::string& split);

/// Reads the trace: a rate, which is scaled, or requests, which come as they were recorded and take
/// as long. Says what was read. Errors name the trace.
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
