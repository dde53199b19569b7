// From a service's file to a scenario.
#include "cli/service_choice.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <CLI/CLI.hpp>

#include "io/config_file.h"

namespace headroom::cli {
namespace {

std::unexpected<Error> wrong(std::string message) {
  return fail(ErrorCode::invalid, std::move(message));
}

Result<spec::Service> find_service(const spec::Config& config, const std::string& name) {
  std::vector<std::string_view> names;
  for (const spec::Service& service : config.services) {
    if (service.name == name || (name.empty() && config.services.size() == 1)) return service;
    names.push_back(service.name);
  }
  if (name.empty())
    return wrong(fmt::format("{} has several services: say which with --service, one of {}",
                             config.file, fmt::join(names, ", ")));
  return wrong(
      fmt::format("{} has no service '{}'; it has {}", config.file, name, fmt::join(names, ", ")));
}

/// What a route promises and how it is treated stands in the service's file.
Result<> settle_routes(const spec::Service& service, prove::Workload& workload) {
  for (prove::RouteLoad& load : workload.routes) {
    const auto route = std::ranges::find(service.routes, load.name, &spec::Route::name);
    if (route == service.routes.end()) {
      std::vector<std::string_view> names;
      for (const spec::Route& one : service.routes) names.push_back(one.name);
      return wrong(fmt::format("workload {} has a route '{}', service {} has {}", workload.name,
                               load.name, service.name, fmt::join(names, ", ")));
    }
    load.rank = static_cast<std::uint8_t>(route->priority);
    load.objective_s = seconds(route->objective.latency);
  }
  return {};
}

/// The budget, and those downstreams that it uses.
prove::SharedLimits limits_of(const spec::Config& config, const spec::Service& service) {
  prove::SharedLimits limits{.downstreams = {}, .budget_per_hour = config.budget_per_hour};
  for (const auto& [name, connections] : config.downstreams)
    if (service.scale.uses.contains(name)) limits.downstreams[name] = connections;
  return limits;
}

/// Limits are for all services together, and only one of them is simulated.
void say_who_shares(const spec::Config& config, const PlannedService& planned) {
  const prove::SharedLimits& limits = planned.limits;
  std::vector<std::string_view> others;
  for (const spec::Service& other : config.services) {
    const bool shares = limits.budget_per_hour ||
                        std::ranges::any_of(limits.downstreams, [&other](const auto& downstream) {
                          return other.scale.uses.contains(downstream.first);
                        });
    if (other.name != planned.service.name && shares) others.push_back(other.name);
  }
  if (others.empty()) return;
  fmt::print(
      stderr,
      "headroom: {} is simulated alone: what {} would take of budget and downstreams is left "
      "to it\n",
      planned.service.name, fmt::join(others, ", "));
}

}  // namespace

void add_service_options(CLI::App& command, ServiceChoice& choice) {
  command
      .add_option("-f,--file", choice.file,
                  "headroom.yaml: objective, bounds and price of a service")
      ->capture_default_str();
  command.add_option("--service", choice.service, "which service of it");
}

Result<PlannedService> read_service(const ServiceChoice& choice) {
  const spec::Config config = TRY(io::load_config(choice.file, spec::Purpose::plan));
  PlannedService planned{.service = TRY(find_service(config, choice.service)),
                         .queue = config.gateway.queue,
                         .journal = config.journal,
                         .limits = {}};
  planned.limits = limits_of(config, planned.service);
  say_who_shares(config, planned);
  return planned;
}

Result<> plan_for(const PlannedService& planned, prove::Scenario& scenario) {
  const spec::Replicas& replicas = planned.service.replicas;
  prove::Workload& workload = scenario.workload;
  TRY(settle_routes(planned.service, workload));
  // The gateway sends a replica no more than the file allows, nor more than it can work on.
  workload.concurrency = std::min(workload.concurrency, replicas.concurrency);
  workload.objective_s = seconds(planned.service.objective.latency);
  scenario.world.replicas_min = replicas.min;
  scenario.world.replicas_max = replicas.max;
  scenario.world.zones = replicas.zones;
  scenario.world.patience_s = seconds(planned.queue.wait);
  scenario.policy = scale::ServicePolicy::from(planned.service, planned.queue);
  scenario.policy->replicas.concurrency = workload.concurrency;
  scenario.limits = planned.limits;
  return {};
}

}  // namespace headroom::cli
