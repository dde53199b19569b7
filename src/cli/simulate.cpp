// headroom simulate: a policy on recorded demand, in a simulated world; the gate for CI.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/command.h"
#include "cli/score_requirement.h"
#include "cli/simulate_options.h"
#include "cli/simulate_output.h"
#include "cli/simulate_run.h"
#include "cli/terminal.h"
#include "cli/trace_line.h"

namespace headroom::cli {
namespace {

/// Rivals know of no limits but a service's own.
void say_what_is_not_kept(const SimulateOptions& options, const SimulateOrder& order) {
  const prove::SharedLimits& limits = order.scenario.limits;
  if (options.policy == "headroom" || (limits.downstreams.empty() && !limits.budget_per_hour))
    return;
  fmt::print(stderr,
             "headroom: {} knows of no budget and no downstreams: replicas.max alone bounds it\n",
             options.policy);
}

Result<Exit> run(const SimulateOptions& options) {
  const auto requirements = TRY(parse_requirements(options.requirements));
  const SimulateOrder order = TRY(order_of(options));
  TraceLines().say(order.read);
  say_what_is_not_kept(options, order);
  const SimulateResult result = TRY(simulate_all(options, order));
  if (options.format == "json")
    fmt::print("{}\n", to_json(result, options, order));
  else
    fmt::print("{}", to_text(result, options, order, terminal_columns()));
  std::fflush(stdout);
  if (std::string found =
          violation(requirements, result.all, order.policy().objective, order.cost_per_hour);
      !found.empty())
    return fail(ErrorCode::unsatisfiable, std::move(found));
  return Exit::done;
}

void add_demand_options(CLI::App& command, SimulateOptions& options) {
  add_trace_options(command, options.trace)->required();
  command.add_flag("--requests", options.requests,
                   "the trace has one row a request; --column: how long each took");
  command.add_option("--speed", options.speed, "seconds of the trace per second; 1");
  command.add_option("--scale", options.scale, "factor on the trace's rates; 1");
  command.add_option("--peak-replicas", options.peak_replicas,
                     "instead: scale so that the peak minute needs N replicas at 80%");
  command.add_option("--history", options.history,
                     "first share of the trace that is not scored, such as 25%; 0%");
}

void add_policy_options(CLI::App& command, SimulateOptions& options) {
  command.add_option("--policy", options.policy, "headroom, oracle, or a rival's name")
      ->capture_default_str();
  command.add_option(
      "--target", options.target,
      "of a rival: share of a replica's capacity to use; of fixed: share of max; 0.7");
  command.add_option("--fleet", options.fleet, "of fixed: its replicas, instead of a share of max");
  command.add_option("--stabilise", options.stabilise, "of a rival: how long falls wait; 5m");
  command.add_flag("--fresh-signal", options.fresh_signal,
                   "give a rival headroom's signal instead of its own");
}

void add_world_options(CLI::App& command, SimulateOptions& options) {
  command
      .add_option("--workload", options.workload,
                  "fast-web, slow-api, go-with-pauses, or a file; FILE#ROW of a table")
      ->capture_default_str();
  command.add_option("--objective", options.objective,
                     "latency instead of the service's own; 'workload': the workload's");
  command.add_option("--startup", options.startup,
                     "mean time until a replica is ready; the workload's, or 30s");
  command.add_option("--world", options.world,
                     "file: crashes, noisy neighbours, new machines, a scarce downstream, "
                     "late or lost metrics");
  command.add_option("--replicas-at-first", options.replicas_at_first,
                     "ready when it begins; as many as the first minute needs");
  command.add_option(
      "--zones", options.zones,
      "that replicas are spread over; planned for only as replicas.zones of the file");
  command.add_option("--zone-fails", options.zone_fails,
                     "lose one of the zones that long after the begin, such as 40m");
  command.add_option("--zone-fails-for", options.zone_fails_for, "and have it back after; 10m");
  command.add_option("--plant", options.plant, "fluid: by formulas; exact: every request")
      ->check(CLI::IsMember({"fluid", "exact"}))
      ->capture_default_str();
  command.add_option("--seed", options.seed, "of everything random; 1");
  command.add_option("--seeds", options.seeds,
                     "so many runs, from --seed on: how far chance moves what came of it; 1");
}

void add_output_options(CLI::App& command, SimulateOptions& options) {
  command
      .add_option("--require", options.requirements,
                  "met, missed<0.1%, wanting<0.1%, worst5m<5%, spell<3m, p99<150ms, "
                  "replica-hours<=40 or cost<20: exit code 3 when not met; may be repeated")
      ->allow_extra_args(false);
  command.add_option("--format", options.format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command.add_option("--report", options.report, "write an HTML page of the scored part");
  command.add_option("--journal", options.journal,
                     "write headroom's decisions, for headroom explain, replay and report");
  command.add_option("--timeline", options.timeline,
                     "write what was seen and decided in each second, as CSV");
}

}  // namespace

void add_simulate(CLI::App& app, Action& chosen) {
  CLI::App* command =
      app.add_subcommand("simulate", "Run a policy on recorded demand in a simulated world");
  auto options = std::make_shared<SimulateOptions>();
  add_service_options(*command, options->service);
  add_demand_options(*command, *options);
  add_policy_options(*command, *options);
  add_world_options(*command, *options);
  add_output_options(*command, *options);
  command->callback([&chosen, options] { chosen = [options] { return run(*options); }; });
}

}  // namespace headroom::cli
