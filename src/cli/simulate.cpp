// headroom simulate: a policy on recorded demand, in a simulated world; the gate for CI.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include "cli/command.h"
#include "cli/page.h"
#include "cli/score_requirement.h"
#include "cli/simulate_options.h"
#include "cli/simulate_output.h"
#include "cli/timeline_file.h"
#include "prove/headroom_autoscaler.h"
#include "prove/policies.h"

namespace headroom::cli {
namespace {

using Made = std::unique_ptr<rivals::Autoscaler>;

/// headroom goes by the service's own file, every other policy by its setting.
Result<Made> policy_of(const std::string& name, const SimulateOrder& order) {
  if (name == "headroom") return prove::headroom_autoscaler(order.policy);
  const bool oracle = name == "oracle";
  return prove::make_policy(
      {.policy = name,
       .target = oracle ? order.policy.objective.permitted_misses() : order.setting.target,
       .stabilise_s = order.setting.stabilise_s,
       .fresh_signal = order.setting.fresh_signal},
      order.scenario);
}

/// Another autoscaler, with what it has come to shown on a terminal.
class Shown final : public rivals::Autoscaler {
 public:
  Shown(rivals::Autoscaler& inner, std::size_t length_s) : inner_(inner), length_s_(length_s) {}
  ~Shown() override {
    if (shown_) fmt::print(stderr, "\r\033[K");
  }

  int decide(const Now& now, Duration dt, const scale::ServiceSeen& seen) override {
    requests_ += seen.arrivals;
    if (++second_ % 3600 == 0 && terminal_) show();
    return inner_.decide(now, dt, seen);
  }
  [[nodiscard]] bool reads_outcomes() const override { return inner_.reads_outcomes(); }

 private:
  void show() {
    fmt::print(stderr, "\r\033[K{:3.0f}%  {} of {} h  {:.3g} requests",
               100.0 * static_cast<double>(second_) / static_cast<double>(length_s_),
               second_ / 3600, length_s_ / 3600, static_cast<double>(requests_));
    shown_ = true;
  }

  rivals::Autoscaler& inner_;
  bool terminal_ = isatty(STDERR_FILENO) == 1;
  bool shown_ = false;
  std::size_t length_s_;
  std::size_t second_ = 0;
  std::uint64_t requests_ = 0;
};

Result<Exit> run(const SimulateOptions& options) {
  const auto requirements = TRY(parse_requirements(options.requirements));
  const SimulateOrder order = TRY(order_of(options));
  const Made policy = TRY(policy_of(options.policy, order));
  Noted noted(*policy);
  rivals::Autoscaler& chosen = options.timeline.empty() ? *policy : noted;
  const prove::Score score = [&] {
    Shown shown(chosen, order.scenario.demand.per_second.size());
    return prove::simulate(order.scenario, order.plant, order.seed, shown);
  }();
  if (score.requests <= 0)
    return fail(
        ErrorCode::invalid,
        fmt::format("{}: not a single request arrives in the scored part", options.trace.file));
  if (!options.timeline.empty()) TRY(write_page(options.timeline, noted.text()));
  if (options.format == "json")
    fmt::print("{}\n", to_json(score, options, order));
  else
    fmt::print("{}", to_text(score, options, order));
  std::fflush(stdout);
  if (std::string found = violation(requirements, score); !found.empty())
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
  command.add_option("--target", options.target,
                     "of a rival: share of a replica's capacity to use; 0.7");
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
  command.add_option("--zones", options.zones,
                     "that replicas are spread over; the service's replicas.zones");
  command.add_option("--zone-fails", options.zone_fails,
                     "lose one of the zones that long after the begin, such as 40m");
  command.add_option("--zone-fails-for", options.zone_fails_for, "and have it back after; 10m");
  command.add_option("--plant", options.plant, "fluid: by formulas; exact: every request")
      ->check(CLI::IsMember({"fluid", "exact"}))
      ->capture_default_str();
  command.add_option("--seed", options.seed, "of everything random; 1");
}

}  // namespace

void add_simulate(CLI::App& app, Action& chosen) {
  CLI::App* command =
      app.add_subcommand("simulate", "Run a policy on recorded demand in a simulated world");
  auto options = std::make_shared<SimulateOptions>();
  command->add_option("-f,--file", options->file, "the configuration")->capture_default_str();
  command->add_option("--service", options->service, "which service of it");
  add_demand_options(*command, *options);
  add_policy_options(*command, *options);
  add_world_options(*command, *options);
  command
      ->add_option("--require", options->requirements,
                   "missed<0.1% or p99<150ms: exit code 3 when not met; may be repeated")
      ->allow_extra_args(false);
  command->add_option("--format", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->add_option("--timeline", options->timeline,
                      "write what was seen and decided in each second, as CSV");
  command->callback([&chosen, options] { chosen = [options] { return run(*options); }; });
}

}  // namespace headroom::cli
