// Traces, workloads and start-up times make the list of cases; a case makes a scenario.
#include "cli/case_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <CLI/CLI.hpp>
#include <cmath>
#include <filesystem>
#include <limits>
#include <utility>

#include "cli/recording_file.h"
#include "cli/trace_file.h"
#include "cli/workload_choice.h"
#include "core/text.h"
#include "io/file.h"
#include "prove/demand.h"
#include "prove/recording.h"
#include "prove/workload.h"

namespace headroom::cli {
namespace {

constexpr std::size_t scenarios_kept = 4;
/// Peaks are sized for `peak_replicas`; a policy may go as far as this many times that.
constexpr double most_over_peak = 3;
constexpr double day_s = 86400;

std::unexpected<Error> wrong(std::string message) {
  return fail(ErrorCode::invalid, std::move(message));
}

/// Family, part and column of traces by the end of their path, from a CSV file with a head line.
struct Split {
  struct Row {
    std::string family;
    std::string part;
    std::string column;
  };
  std::map<std::string, Row> rows;

  [[nodiscard]] const Row* find(const std::string& path) const {
    for (const auto& [file, row] : rows)
      if (path == file || path.ends_with("/" + file)) return &row;
    return nullptr;
  }
};

Result<Split> read_split(const std::string& path) {
  Split split;
  if (path.empty()) return split;
  const std::string text = TRY(io::read_file(path));
  std::size_t number = 0;
  for (const std::string_view line : headroom::split(text, '\n')) {
    ++number;
    if (number == 1 || trim(line).empty()) continue;
    const auto cells = headroom::split(trim(line), ',');
    if (cells.size() < 3)
      return wrong(fmt::format("{}:{}: a line is file,family,part[,column]", path, number));
    split.rows[std::string(cells[0])] = {std::string(cells[1]), std::string(cells[2]),
                                         cells.size() > 3 ? std::string(cells[3]) : ""};
  }
  return split;
}

Result<std::vector<double>> startups_of(const CaseOptions& options,
                                        const prove::Workload& workload) {
  if (options.startups.empty())
    return std::vector{workload.startup.value_or(prove::Startup{}).mean_s};
  std::vector<double> out;
  for (const std::string& text : options.startups) {
    const auto length = parse_duration(text);
    if (!length || *length <= Duration::zero())
      return wrong(fmt::format("--startup '{}' is not a duration such as 30s", text));
    out.push_back(seconds(*length));
  }
  return out;
}

Result<> check_objective_of(const prove::Scenario& scenario) {
  const spec::Objective objective =
      scenario.policy ? scenario.policy->objective : spec::Objective{};
  return prove::check_objective(scenario.workload, objective.quantile);
}

/// As long as the gateway lets a request wait, unless something else is asked for.
Result<> settle_wait(const std::string& asked, prove::Scenario& scenario) {
  if (asked.empty()) return {};
  const auto wait = parse_duration(asked);
  if (!wait || *wait <= Duration::zero() || *wait > std::chrono::minutes(10))
    return wrong(fmt::format("--wait '{}' is not a duration such as 1s, up to 10m", asked));
  scenario.world.patience_s = seconds(*wait);
  if (scenario.policy) scenario.policy->queue_wait = *wait;
  return {};
}

Result<> check(const CaseOptions& options) {
  if (options.seeds < 1 || options.seeds > 1000) return wrong("--seeds is a number from 1 to 1000");
  if (!(options.history >= 0 && options.history < 1))
    return wrong("--history is a share of the trace, at least 0 and less than 1");
  if (const double peak = options.peak_replicas.value_or(1); !(peak >= 1 && peak <= 10'000))
    return wrong("--peak-replicas is a number from 1 to 10000");
  if (!(options.days >= 0)) return wrong("--days is a number of days, 0 for all");
  if (options.jobs < 0 || options.jobs > 1000)
    return wrong("--jobs is a number of runs at once up to 1000, 0 for one per core");
  prove::Scenario scenario;
  TRY(settle_wait(options.wait, scenario));
  return read_world(options.world, scenario.world);
}

/// A workload that misses the objective whatever is done is told before anything runs.
Result<> check_workload(const Cases& cases, const prove::Workload& workload) {
  prove::Scenario scenario{.demand = {}, .workload = workload, .world = {}};
  if (cases.planned) TRY(plan_for(*cases.planned, scenario));
  return check_objective_of(scenario);
}

prove::Plant plant_of(const CaseOptions& options) {
  return options.plant == "exact" ? prove::Plant::exact : prove::Plant::fluid;
}

int replicas_max(double peak_replicas) {
  return static_cast<int>(std::ceil(most_over_peak * std::max(1.0, peak_replicas)));
}

/// Of few requests, each that takes longer fills as many replicas as many more of them would.
bool is_small(const prove::Workload& workload, double peak_replicas, double factor) {
  const double recorded = prove::carried_per_second(workload, peak_replicas) / factor;
  return factor > 1 && 60 * recorded < prove::few_requests_a_minute;
}

/// Scales the trace. Errors do not name it, nor below.
Result<> take_demand(const Cases& cases, Trace trace, prove::Scenario& scenario) {
  const CaseOptions& options = cases.options;
  if (options.days > 0)
    trace = TRY(slice(trace, trace.start_s, trace.start_s + options.days * day_s));
  double factor = 1;
  if (cases.planned) TRY(plan_for(*cases.planned, scenario));
  if (!cases.planned || options.peak_replicas) {
    const double peak = options.peak_replicas.value_or(peak_replicas_usual);
    factor = TRY(prove::scaled_to_peak(trace, scenario.workload, peak));
    if (!cases.planned) {
      scenario.world.replicas_max = replicas_max(peak);
      if (is_small(scenario.workload, peak, factor))
        scenario.workload = prove::slowed(std::move(scenario.workload), std::exchange(factor, 1));
    }
  }
  scenario.demand = TRY(prove::demand_of(
      std::move(trace), {.factor = factor, .speed = 1, .history_share = options.history}));
  return {};
}

/// Every request at its own moment, as often as it came, taking as long as it took.
Result<> take_requests(const Cases& cases, prove::Recording recorded, prove::Scenario& scenario) {
  const CaseOptions& options = cases.options;
  if (options.peak_replicas)
    return wrong(
        "single requests are replayed as often as they came: --peak-replicas is for rates");
  if (options.days > 0)
    recorded = TRY(prove::slice(recorded, -std::numeric_limits<double>::infinity(),
                                recorded.start_s + options.days * day_s));
  if (!recorded.service_s.empty())
    scenario.workload = prove::workload_of(recorded, std::move(scenario.workload));
  if (cases.planned) TRY(plan_for(*cases.planned, scenario));
  scenario.demand = TRY(prove::demand_of(std::move(recorded), 1, options.history));
  if (!cases.planned)
    scenario.world.replicas_max = replicas_max(prove::peak_per_second(scenario.demand) /
                                               prove::carried_per_second(scenario.workload, 1));
  return {};
}

Result<> check_taken(const CaseOptions& options, const prove::Scenario& scenario) {
  TRY(check_objective_of(scenario));
  TRY(prove::check_size(scenario.demand, plant_of(options)));
  return prove::check_scored(scenario.demand);
}

}  // namespace

void add_case_options(CLI::App& command, CaseOptions& options) {
  add_service_options(command, options.service);
  command
      .add_option("--trace", options.traces,
                  "CSV files with a rate over time or one row a request; .gz too")
      ->required();
  command.add_option("--column", options.column, "the traces' value column");
  command.add_flag("--requests", options.requests,
                   "the traces have one row a request; --column: how long each took");
  command
      .add_option("--workload", options.workloads,
                  "fast-web, slow-api, go-with-pauses, or a file; FILE#ROW of a table")
      ->delimiter(',');
  command
      .add_option("--startup", options.startups,
                  "how long a replica takes to be ready; the workload's, or 30s")
      ->delimiter(',');
  command.add_option("--world", options.world,
                     "file: crashes, noisy neighbours, new machines, a scarce downstream, "
                     "late or lost metrics");
  command.add_option("--wait", options.wait,
                     "how long a request waits at the gateway for a replica; gateway.queue.wait of "
                     "the file, or its default, 1s");
  command.add_option("--peak-replicas", options.peak_replicas,
                     "scale each rate so that its peak needs so many; 40, with -f not at all");
  command.add_option("--days", options.days, "of each trace only the first so many days");
  command
      .add_option("--history", options.history,
                  "share of the trace that is lived through first and not scored, such as 25%")
      ->transform([](const std::string& text) {
        const auto share = parse_share(text);
        return share ? fmt::format("{}", *share) : text;
      });
  command.add_option("--plant", options.plant, "fluid or exact")
      ->check(CLI::IsMember({"fluid", "exact"}));
  command.add_option("--seeds", options.seeds, "runs of each, added up");
  command.add_option("--jobs", options.jobs, "at once; one per core");
  command.add_option("--format", options.format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
}

Result<report::Yardstick> yardstick_of(const Cases& cases, const std::string& permitted,
                                       double otherwise) {
  report::Yardstick out{.permitted = otherwise, .service = "", .cost_per_hour = std::nullopt};
  if (cases.planned) {
    const spec::Service& service = cases.planned->service;
    out.permitted = service.objective.planned_misses();
    out.objective = service.objective;
    out.service = fmt::format("{} in {}", service.name, cases.options.service.file);
    out.cost_per_hour = service.replicas.cost_per_hour;
  }
  if (permitted.empty()) return out;
  const auto share = parse_share(permitted);
  if (!share || *share <= 0 || *share >= 1)
    return wrong(fmt::format("--permitted '{}' is not a share between 0% and 100%", permitted));
  out.permitted = *share;
  return out;
}

Result<Cases> cases_of(const CaseOptions& options, const std::string& split_path) {
  TRY(check(options));
  Cases cases;
  cases.options = options;
  cases.plant = plant_of(options);
  if (!options.service.file.empty()) cases.planned = TRY(read_service(options.service));
  const Split split = TRY(read_split(split_path));
  std::vector<std::pair<std::string, std::vector<double>>> startups;  // by workload
  for (const std::string& name : options.workloads) {
    const prove::Workload workload = TRY(read_workload(name));
    TRY(check_workload(cases, workload));
    startups.emplace_back(name, TRY(startups_of(options, workload)));
  }
  for (const std::string& path : options.traces) {
    const std::string name = std::filesystem::path(path).filename().string();
    if (!cases.paths.emplace(name, path).second)
      return wrong(fmt::format("two traces are named {}", name));
    const Split::Row* row = split.find(path);
    cases.columns[name] = row != nullptr && !row->column.empty() ? row->column : options.column;
    for (const auto& [workload, some] : startups)
      for (const double startup_s : some)
        cases.all.push_back({name, row != nullptr ? row->family : name,
                             row != nullptr ? row->part : "", workload, startup_s});
  }
  return cases;
}

Result<prove::Scenario> make_scenario(const Cases& cases, const prove::Case& one) {
  const TraceChoice choice{.file = cases.paths.at(one.trace),
                           .column = cases.columns.at(one.trace),
                           .from = "",
                           .to = ""};
  prove::Scenario scenario;
  scenario.workload = TRY(read_workload(one.workload));
  if (scenario.workload.startup) scenario.world.startup = *scenario.workload.startup;
  scenario.world.startup.mean_s = one.startup_s;
  scenario.world.drain_s = scenario.workload.drain_s.value_or(scenario.world.drain_s);
  TRY(read_world(cases.options.world, scenario.world));
  scenario.world.patience_s = seconds(spec::Queue{}.wait);
  auto recorded = TRY(read_recording(choice, cases.options.requests));
  Trace trace;
  if (!recorded) trace = TRY(read_trace(choice));
  const std::string line =
      recorded ? trace_line(one.trace, *recorded) : trace_line(one.trace, trace);
  auto taken = recorded ? take_requests(cases, *std::move(recorded), scenario)
                        : take_demand(cases, std::move(trace), scenario);
  if (taken) taken = settle_wait(cases.options.wait, scenario);
  if (taken) taken = check_taken(cases.options, scenario);
  if (!taken)
    return fail(taken.error().code, fmt::format("{}: {}", one.trace, taken.error().message));
  cases.lines->say(line);
  return scenario;
}

Result<std::shared_ptr<const prove::Scenario>> Scenarios::of(const prove::Case& one) {
  const std::lock_guard lock(mutex_);
  for (const auto& [made, scenario] : made_)
    if (made == one) return scenario;
  auto made = std::make_shared<const prove::Scenario>(TRY(make_scenario(cases_, one)));
  if (made_.size() == scenarios_kept) made_.erase(made_.begin());
  made_.emplace_back(one, std::move(made));
  return made_.back().second;
}

}  // namespace headroom::cli
