// Named workloads.
#include "prove/workload.h"

#include <fmt/format.h>

#include <array>

namespace headroom::prove {
namespace {

constexpr std::array<std::string_view, 3> names = {"fast-web", "slow-api", "go-with-pauses"};

Workload lognormal(std::string_view name, double mean_s) {
  Workload workload;
  workload.name = name;
  workload.service_time = Distribution::lognormal(mean_s, 1);
  return workload;
}

}  // namespace

double default_objective_s(const Workload& workload) {
  return 1.5 * workload.service_time.quantile(0.99);
}

std::vector<std::string_view> workload_names() {
  return {names.begin(), names.end()};
}

Result<> check_objective(const Workload& workload, double quantile) {
  const double needs_s = workload.service_time.quantile(quantile);
  if (needs_s <= workload.objective_s) return {};
  return fail(
      ErrorCode::invalid,
      fmt::format("p{:g} of {:.4g} ms cannot be met: one idle replica of workload {} "
                  "already needs {:.4g} ms",
                  100 * quantile, 1e3 * workload.objective_s, workload.name, 1e3 * needs_s));
}

Workload slowed(Workload workload, double factor) {
  workload.service_time = workload.service_time.scaled(factor);
  workload.objective_s *= factor;
  for (RouteLoad& route : workload.routes) {
    route.service_time = route.service_time.scaled(factor);
    route.objective_s *= factor;
  }
  workload.factor *= factor;
  return workload;
}

Result<Workload> named_workload(std::string_view name) {
  Workload workload;
  if (name == names[0])
    workload = lognormal(name, 0.02);
  else if (name == names[1])
    workload = lognormal(name, 1);
  else if (name == names[2]) {
    workload = lognormal(name, 0.05);
    workload.pauses = {.every_s = 10, .length_s = 0.1};
  } else {
    return fail(ErrorCode::invalid, fmt::format("there is no workload '{}'; the named ones are {}",
                                                name, fmt::join(names, ", ")));
  }
  workload.objective_s = default_objective_s(workload);
  return workload;
}

}  // namespace headroom::prove
