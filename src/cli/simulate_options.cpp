// From options to a scenario: the service's file, the trace, the workload, the world.
#include "cli/simulate_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "cli/recording_file.h"
#include "cli/trace_file.h"
#include "cli/trace_line.h"
#include "cli/workload_choice.h"
#include "core/text.h"
#include "prove/demand.h"
#include "prove/grid.h"
#include "prove/workload.h"

namespace headroom::cli {
namespace {

/// As long as a trace may be.
constexpr int zone_fails_days_max = static_cast<int>(prove::demand_seconds_max / 86400);

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

Result<double> duration_s(std::string_view option, const std::string& text, double otherwise,
                          int days_most = 1) {
  if (text.empty()) return otherwise;
  const auto parsed = parse_duration(text);
  if (parsed && parsed->count() >= 0 && *parsed <= std::chrono::days(days_most))
    return seconds(*parsed);
  return wrong(
      fmt::format("{} '{}' is not a duration such as 30s, up to {}d", option, text, days_most));
}

Result<std::int64_t> whole_number(std::string_view option, const std::string& text,
                                  std::int64_t least, std::int64_t most) {
  const auto number = parse_integer(text);
  if (number && *number >= least && *number <= most) return *number;
  return wrong(
      fmt::format("{} '{}' is not a whole number from {} to {}", option, text, least, most));
}

/// The service's own objective decides what is late, unless another one is asked for.
Result<> settle_objective(const SimulateOptions& options, double own_s, prove::Scenario& scenario) {
  prove::Workload& workload = scenario.workload;
  spec::Objective& objective = scenario.policy->objective;
  if (!options.objective.empty()) {
    const double asked_s = options.objective == "workload"
                               ? own_s
                               : TRY(duration_s("--objective", options.objective, 0));
    objective.latency = from_seconds(asked_s);
    for (prove::RouteLoad& route : workload.routes) route.objective_s = 0;
  }
  workload.objective_s = seconds(objective.latency);
  if (const auto met = prove::check_objective(workload, objective.quantile); !met)
    return wrong(fmt::format("{}; --objective workload judges by {:.4g} ms", met.error().message,
                             1e3 * own_s));
  return {};
}

/// One of the zones is lost, when that is asked for.
Result<> settle_zones(const SimulateOptions& options, prove::World& world) {
  if (!options.zones.empty())
    world.zones = static_cast<int>(TRY(whole_number("--zones", options.zones, 1, 100)));
  world.zone_fails_for_s =
      TRY(duration_s("--zone-fails-for", options.zone_fails_for, 600, zone_fails_days_max));
  if (options.zone_fails.empty()) return {};
  if (world.zones < 2)
    return wrong("--zone-fails needs two zones or more: --zones 3, or replicas.zones in the file");
  world.zone_fails_at_s =
      TRY(duration_s("--zone-fails", options.zone_fails, 0, zone_fails_days_max));
  return {};
}

/// A zone that is lost after the end would silently be no loss.
Result<> check_zone_loss(const SimulateOptions& options, const prove::Scenario& scenario) {
  const auto length_s = static_cast<double>(scenario.demand.per_second.size());
  if (scenario.world.zone_fails_at_s < length_s) return {};
  return wrong(fmt::format("--zone-fails {} is after the end: {} lasts {}", options.zone_fails,
                           options.trace.file, format_duration(from_seconds(length_s))));
}

using Recorded = std::optional<prove::Recording>;

Result<> settle_service(const SimulateOptions& options, const Recorded& recorded,
                        SimulateOrder& order) {
  const PlannedService planned = TRY(read_service(options.service));
  prove::Scenario& scenario = order.scenario;
  prove::World& world = scenario.world;
  scenario.workload = TRY(read_workload(options.workload));
  if (recorded && !recorded->service_s.empty())
    scenario.workload = prove::workload_of(*recorded, std::move(scenario.workload));
  const double own_objective_s = scenario.workload.objective_s;
  TRY(plan_for(planned, scenario));
  TRY(settle_objective(options, own_objective_s, scenario));
  order.cost_per_hour = planned.service.replicas.cost_per_hour;
  order.journal = planned.journal;
  if (scenario.workload.startup) world.startup = *scenario.workload.startup;
  world.startup.mean_s = TRY(duration_s("--startup", options.startup, world.startup.mean_s));
  TRY(read_world(options.world, world));
  TRY(settle_zones(options, world));
  world.drain_s = scenario.workload.drain_s.value_or(world.drain_s);
  world.replicas_at_first =
      static_cast<int>(TRY(positive("--replicas-at-first", options.replicas_at_first, 0, 1e4)));
  return {};
}

Result<> settle_demand(const SimulateOptions& options, SimulateOrder& order) {
  if (!options.scale.empty() && !options.peak_replicas.empty())
    return wrong("give either --scale or --peak-replicas");
  Trace trace = TRY(read_trace(options.trace));
  order.read = trace_line(options.trace.file, trace);
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
  order.read = trace_line(options.trace.file, recorded);
  auto made =
      prove::demand_of(std::move(recorded), speed, TRY(share("--history", options.history, 0)));
  if (!made) return wrong(fmt::format("{}: {}", options.trace.file, made.error().message));
  order.scenario.demand = *std::move(made);
  return {};
}

Result<> settle_policy(const SimulateOptions& options, SimulateOrder& order) {
  if (prove::permits_misses(options.policy) &&
      (!options.target.empty() || !options.stabilise.empty() || options.fresh_signal))
    return wrong(
        fmt::format("--target, --stabilise and --fresh-signal belong to rivals; {} is "
                    "steered by the objective alone",
                    options.policy));
  order.setting.target = TRY(positive("--target", options.target, order.setting.target, 1));
  order.setting.stabilise_s =
      TRY(duration_s("--stabilise", options.stabilise, order.setting.stabilise_s));
  order.setting.fresh_signal = options.fresh_signal;
  if (options.fleet.empty()) return {};
  if (options.policy != "fixed" || !options.target.empty())
    return wrong("--fleet is the size of --policy fixed, instead of its --target");
  order.fleet_asked = static_cast<int>(TRY(whole_number("--fleet", options.fleet, 1, 10'000)));
  return {};
}

/// A fleet that the file does not allow would silently be another one.
Result<> check_fleet(const SimulateOrder& order) {
  const prove::World& world = order.scenario.world;
  if (order.fleet_asked == 0 ||
      (order.fleet_asked >= world.replicas_min && order.fleet_asked <= world.replicas_max))
    return {};
  return wrong(fmt::format("--fleet {} is not within replicas.min and max of the file, {} to {}",
                           order.fleet_asked, world.replicas_min, world.replicas_max));
}

Result<> settle_seeds(const SimulateOptions& options, SimulateOrder& order) {
  constexpr std::int64_t seed_most = std::int64_t{1} << 53;  // whole in JSON, too
  if (!options.seed.empty())
    order.seed =
        static_cast<std::uint64_t>(TRY(whole_number("--seed", options.seed, 0, seed_most)));
  if (!options.seeds.empty())
    order.seeds = static_cast<int>(TRY(whole_number("--seeds", options.seeds, 1, 1000)));
  if (order.seeds == 1) return {};
  for (const auto& [option, file] : {std::pair{"--timeline", &options.timeline},
                                     {"--journal", &options.journal},
                                     {"--report", &options.report}})
    if (!file->empty())
      return wrong(fmt::format("{} shows one run: choose it with --seed, without --seeds", option));
  return {};
}

}  // namespace

int SimulateOrder::fleet() const {
  if (fleet_asked > 0) return fleet_asked;
  return prove::fleet_of({.policy = "fixed", .target = setting.target}, scenario.world.replicas_min,
                         scenario.world.replicas_max);
}

Result<SimulateOrder> order_of(const SimulateOptions& options) {
  SimulateOrder order;
  TRY(settle_policy(options, order));
  TRY(settle_seeds(options, order));
  order.plant = options.plant == "exact" ? prove::Plant::exact : prove::Plant::fluid;
  Recorded recorded = TRY(read_recording(options.trace, options.requests));
  TRY(settle_service(options, recorded, order));
  TRY(check_fleet(order));
  if (recorded)
    TRY(settle_recorded(options, *std::move(recorded), order));
  else
    TRY(settle_demand(options, order));
  TRY(check_zone_loss(options, order.scenario));
  if (const auto scored = prove::check_scored(order.scenario.demand); !scored)
    return wrong(fmt::format("{}: {}", options.trace.file, scored.error().message));
  return order;
}

}  // namespace headroom::cli
