// Traces, workloads and start-up times make the list of cases; a case makes a scenario.
#include "cli/case_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <CLI/CLI.hpp>
#include <cmath>
#include <filesystem>
#include <limits>

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

Result<std::vector<double>> startups_of(const CaseOptions& options) {
  std::vector<double> out;
  for (const std::string& text : options.startups) {
    const auto length = parse_duration(text);
    if (!length || *length <= Duration::zero())
      return wrong(fmt::format("--startup '{}' is not a duration such as 30s", text));
    out.push_back(seconds(*length));
  }
  return out;
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
  prove::World world;
  TRY(read_world(options.world, world));
  for (const std::string& option : options.workloads) {
    const prove::Workload workload = TRY(read_workload(option));
    TRY(prove::check_objective(workload));
  }
  return {};
}

prove::Plant plant_of(const CaseOptions& options) {
  return options.plant == "exact" ? prove::Plant::exact : prove::Plant::fluid;
}

int replicas_max(double peak_replicas) {
  return static_cast<int>(std::ceil(most_over_peak * std::max(1.0, peak_replicas)));
}

/// Scales the trace. Errors do not name it, nor below.
Result<> take_demand(const CaseOptions& options, Trace trace, prove::Scenario& scenario) {
  if (options.days > 0)
    trace = TRY(slice(trace, trace.start_s, trace.start_s + options.days * day_s));
  const double peak = options.peak_replicas.value_or(peak_replicas_usual);
  const double factor = TRY(prove::scaled_to_peak(trace, scenario.workload, peak));
  scenario.demand = TRY(prove::demand_of(
      std::move(trace), {.factor = factor, .speed = 1, .history_share = options.history}));
  scenario.world.replicas_max = replicas_max(peak);
  return {};
}

/// Every request at its own moment, as often as it came, taking as long as it took.
Result<> take_requests(const CaseOptions& options, prove::Recording recorded,
                       prove::Scenario& scenario) {
  if (options.peak_replicas)
    return wrong(
        "single requests are replayed as often as they came: --peak-replicas is for rates");
  if (options.days > 0)
    recorded = TRY(prove::slice(recorded, -std::numeric_limits<double>::infinity(),
                                recorded.start_s + options.days * day_s));
  if (!recorded.service_s.empty())
    scenario.workload = prove::workload_of(recorded, std::move(scenario.workload));
  scenario.demand = TRY(prove::demand_of(std::move(recorded), 1, options.history));
  scenario.world.replicas_max = replicas_max(prove::peak_per_second(scenario.demand) /
                                             prove::carried_per_second(scenario.workload, 1));
  return {};
}

Result<> check_taken(const CaseOptions& options, const prove::Scenario& scenario) {
  TRY(prove::check_size(scenario.demand, plant_of(options)));
  return prove::check_scored(scenario.demand);
}

}  // namespace

void add_case_options(CLI::App& command, CaseOptions& options) {
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
  command.add_option("--startup", options.startups, "how long a replica takes to be ready")
      ->delimiter(',');
  command.add_option("--world", options.world,
                     "file: crashes, noisy neighbours, new machines, a scarce downstream, "
                     "late or lost metrics");
  command.add_option("--peak-replicas", options.peak_replicas,
                     "scale each rate so that its peak needs so many; 40");
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

Result<Cases> cases_of(const CaseOptions& options, const std::string& split_path) {
  TRY(check(options));
  Cases cases;
  cases.options = options;
  cases.plant = plant_of(options);
  const Split split = TRY(read_split(split_path));
  const std::vector<double> startups = TRY(startups_of(options));
  for (const std::string& path : options.traces) {
    const std::string name = std::filesystem::path(path).filename().string();
    if (!cases.paths.emplace(name, path).second)
      return wrong(fmt::format("two traces are named {}", name));
    const Split::Row* row = split.find(path);
    cases.columns[name] = row != nullptr && !row->column.empty() ? row->column : options.column;
    for (const std::string& workload : options.workloads)
      for (const double startup_s : startups)
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
  scenario.world.startup.mean_s = one.startup_s;
  TRY(read_world(cases.options.world, scenario.world));
  auto recorded = TRY(read_recording(choice, cases.options.requests));
  Trace trace;
  if (!recorded) trace = TRY(read_trace(choice));
  auto taken = recorded ? take_requests(cases.options, *std::move(recorded), scenario)
                        : take_demand(cases.options, std::move(trace), scenario);
  if (taken) taken = check_taken(cases.options, scenario);
  if (!taken)
    return fail(taken.error().code, fmt::format("{}: {}", one.trace, taken.error().message));
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
