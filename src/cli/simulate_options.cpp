// From options to a scenario: the service's file, the trace, the workload, the world.
#include "cli/simulate_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "cli/recording_file.h"
#include "cli/trace_file.h"
#include "cli/workload_choice.h"
#include "core/text.h"
#include "io/config_file.h"
#include "prove/demand.h"
#include "prove/workload.h"

namespace headroom::cli {
namespace {

std::unexpected<Error> wrong(std::string message) {
  return fail(ErrorCode::invalid, std::move(message));
}

Result<double> positive(std::string_view option, const std::string& text, double otherwise,
                        double max = 1e9) {
  if (text.empty()) return otherwise;
  const auto number = parse_number(text);
  if (number && *number > 0 && *number <= max) return *number;
  return wrong(fmt::format("{} '{}' is not a number above 0 and up to {:g}", option, text, max));
}

Result<double> share(std::string_view option, const std::string& text, double otherwise) {
  if (text.empty()) return otherwise;
  const auto parsed = parse_share(text);
  if (parsed && *parsed < 1) return *parsed;
  return wrong(fmt::format("{} '{}' is not a share such as 25%, below 100%", option, text));
}

Result<double> duration_s(std::string_view option, const std::string& text, double otherwise) {
  if (text.empty()) return otherwise;
  const auto parsed = parse_duration(text);
  if (parsed && parsed->count() >= 0 && *parsed <= std::chrono::hours(24)) return seconds(*parsed);
  return wrong(fmt::format("{} '{}' is not a duration such as 30s, up to 1d", option, text));
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

/// The service's own objective decides what is late, unless another one is asked for.
Result<> settle_objective(const SimulateOptions& options, SimulateOrder& order) {
  prove::Workload& workload = order.scenario.workload;
  spec::Objective& objective = order.policy.objective;
  const double own_s = workload.objective_s;
  if (options.objective == "workload")
    objective.latency = from_seconds(own_s);
  else if (!options.objective.empty())
    objective.latency = from_seconds(TRY(duration_s("--objective", options.objective, 0)));
  workload.objective_s = seconds(objective.latency);
  if (const auto met = prove::check_objective(workload, objective.quantile); !met)
    return wrong(fmt::format("{}; --objective workload judges by {:.4g} ms", met.error().message,
                             1e3 * own_s));
  return {};
}

/// What a route promises and how it is treated stands in the service's file.
Result<> settle_routes(const SimulateOptions& options, const spec::Service& service,
                       prove::Workload& workload) {
  for (prove::RouteLoad& load : workload.routes) {
    const auto route = std::ranges::find(service.routes, load.name, &spec::Route::name);
    if (route == service.routes.end()) {
      std::vector<std::string_view> names;
      for (const spec::Route& one : service.routes) names.push_back(one.name);
      return wrong(fmt::format("workload {} has a route '{}', service {} has {}", workload.name,
                               load.name, service.name, fmt::join(names, ", ")));
    }
    load.rank = static_cast<std::uint8_t>(route->priority);
    if (options.objective.empty()) load.objective_s = seconds(route->objective.latency);
  }
  return {};
}

/// One of the zones is lost, when that is asked for.
Result<> settle_zones(const SimulateOptions& options, const spec::Replicas& replicas,
                      prove::World& world) {
  world.zones = replicas.zones;
  if (!options.zones.empty()) {
    const auto zones = parse_integer(options.zones);
    if (!zones || *zones < 1 || *zones > 100)
      return wrong(fmt::format("--zones '{}' is not a whole number from 1 to 100", options.zones));
    world.zones = static_cast<int>(*zones);
  }
  world.zone_fails_for_s = TRY(duration_s("--zone-fails-for", options.zone_fails_for, 600));
  if (options.zone_fails.empty()) return {};
  if (world.zones < 2)
    return wrong("--zone-fails needs two zones or more: --zones 3, or replicas.zones in the file");
  world.zone_fails_at_s = TRY(duration_s("--zone-fails", options.zone_fails, 0));
  return {};
}

using Recorded = std::optional<prove::Recording>;

Result<> settle_service(const SimulateOptions& options, const Recorded& recorded,
                        SimulateOrder& order) {
  const spec::Config config = TRY(io::load_config(options.file));
  const spec::Service service = TRY(find_service(config, options.service));
  prove::Scenario& scenario = order.scenario;
  scenario.workload = TRY(read_workload(options.workload));
  if (recorded && !recorded->service_s.empty())
    scenario.workload = prove::workload_of(*recorded, std::move(scenario.workload));
  order.policy = scale::ServicePolicy::from(service, config.gateway.queue);
  // The gateway sends a replica no more than the file allows, nor more than it can work on.
  scenario.workload.concurrency =
      std::min(scenario.workload.concurrency, service.replicas.concurrency);
  order.policy.replicas.concurrency = scenario.workload.concurrency;
  order.cost_per_hour = service.replicas.cost_per_hour;
  scenario.world.replicas_min = service.replicas.min;
  scenario.world.replicas_max = service.replicas.max;
  scenario.world.patience_s = seconds(config.gateway.queue.wait);
  if (scenario.workload.startup) scenario.world.startup = *scenario.workload.startup;
  scenario.world.startup.mean_s =
      TRY(duration_s("--startup", options.startup, scenario.world.startup.mean_s));
  TRY(read_world(options.world, scenario.world));
  TRY(settle_zones(options, service.replicas, scenario.world));
  scenario.world.drain_s = scenario.workload.drain_s.value_or(scenario.world.drain_s);
  scenario.world.replicas_at_first =
      static_cast<int>(TRY(positive("--replicas-at-first", options.replicas_at_first, 0, 1e4)));
  TRY(settle_routes(options, service, scenario.workload));
  return settle_objective(options, order);
}

Result<> settle_demand(const SimulateOptions& options, SimulateOrder& order) {
  if (!options.scale.empty() && !options.peak_replicas.empty())
    return wrong("give either --scale or --peak-replicas");
  Trace trace = TRY(read_trace(options.trace));
  const auto in_file = [&](Error error) {
    return wrong(fmt::format("{}: {}", options.trace.file, error.message));
  };
  prove::DemandOptions demand;
  demand.speed = TRY(positive("--speed", options.speed, 1));
  demand.history_share = TRY(share("--history", options.history, 0));
  order.factor = TRY(positive("--scale", options.scale, 1));
  if (!options.peak_replicas.empty()) {
    const double replicas = TRY(positive("--peak-replicas", options.peak_replicas, 0, 1e4));
    const auto factor =
        prove::scaled_to_peak(trace, order.scenario.workload, replicas, demand.speed);
    if (!factor) return in_file(factor.error());
    order.factor = *factor;
  }
  demand.factor = order.factor;
  auto made = prove::demand_of(std::move(trace), demand);
  if (!made) return in_file(made.error());
  if (const auto size = prove::check_size(*made, order.plant); !size) return in_file(size.error());
  order.scenario.demand = *std::move(made);
  return {};
}

/// Every request at its own moment, as often as it came.
Result<> settle_recorded(const SimulateOptions& options, prove::Recording recorded,
                         SimulateOrder& order) {
  if (!options.scale.empty() || !options.peak_replicas.empty())
    return wrong(
        fmt::format("{} has single requests, which are replayed as often as they came: "
                    "--scale and --peak-replicas are for rates; --speed plays them faster",
                    options.trace.file));
  const double speed = TRY(positive("--speed", options.speed, 1));
  auto made =
      prove::demand_of(std::move(recorded), speed, TRY(share("--history", options.history, 0)));
  if (!made) return wrong(fmt::format("{}: {}", options.trace.file, made.error().message));
  order.scenario.demand = *std::move(made);
  return {};
}

Result<> settle_policy(const SimulateOptions& options, SimulateOrder& order) {
  const bool rival = options.policy != "headroom" && options.policy != "oracle";
  if (!rival && (!options.target.empty() || !options.stabilise.empty() || options.fresh_signal))
    return wrong(
        fmt::format("--target, --stabilise and --fresh-signal belong to rivals; {} is "
                    "steered by the objective alone",
                    options.policy));
  order.setting.target = TRY(positive("--target", options.target, order.setting.target, 1));
  order.setting.stabilise_s =
      TRY(duration_s("--stabilise", options.stabilise, order.setting.stabilise_s));
  order.setting.fresh_signal = options.fresh_signal;
  return {};
}

}  // namespace

Result<SimulateOrder> order_of(const SimulateOptions& options) {
  SimulateOrder order;
  TRY(settle_policy(options, order));
  if (!options.seed.empty()) {
    const auto seed = parse_integer(options.seed);
    if (!seed || *seed < 0)
      return wrong(fmt::format("--seed '{}' is not a whole number from 0", options.seed));
    order.seed = static_cast<std::uint64_t>(*seed);
  }
  order.plant = options.plant == "exact" ? prove::Plant::exact : prove::Plant::fluid;
  Recorded recorded = TRY(read_recording(options.trace, options.requests));
  TRY(settle_service(options, recorded, order));
  if (recorded)
    TRY(settle_recorded(options, *std::move(recorded), order));
  else
    TRY(settle_demand(options, order));
  return order;
}

}  // namespace headroom::cli
