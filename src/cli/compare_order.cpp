// Traces, workloads, start-up times and policies make the list of runs.
#include "cli/compare_order.h"

#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "cli/trace_file.h"
#include "core/text.h"
#include "io/file.h"
#include "prove/demand.h"
#include "prove/policies.h"
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

Result<std::vector<double>> startups_of(const CompareOptions& options) {
  std::vector<double> out;
  for (const std::string& text : options.startups) {
    const auto length = parse_duration(text);
    if (!length || *length <= Duration::zero())
      return wrong(fmt::format("--startup '{}' is not a duration such as 30s", text));
    out.push_back(seconds(*length));
  }
  return out;
}

Result<> check(const CompareOptions& options) {
  if (options.seeds < 1 || options.seeds > 1000) return wrong("--seeds is a number from 1 to 1000");
  if (!(options.history >= 0 && options.history < 1))
    return wrong("--history is a share of the trace, at least 0 and less than 1");
  if (!(options.peak_replicas >= 1 && options.peak_replicas <= 10'000))
    return wrong("--peak-replicas is a number from 1 to 10000");
  if (options.days < 0) return wrong("--days is a number of days, 0 for all");
  for (const std::string& policy : options.policies) TRY(prove::known_policy(policy));
  for (const std::string& workload : options.workloads) TRY(prove::named_workload(workload));
  return {};
}

Result<std::string> origin_of(const CompareOptions& options) {
  // The program's own file tells one build from another.
  const std::string program = TRY(io::read_file("/proc/self/exe", std::size_t{1} << 30));
  std::uint64_t hash = 14695981039346656037U;
  for (const char byte : program) {
    hash ^= static_cast<unsigned char>(byte);
    hash *= 1099511628211U;
  }
  return fmt::format("{:016x} peak {:g} days {:g} history {:g} plant {} seeds {}", hash,
                     options.peak_replicas, options.days, options.history, options.plant,
                     options.seeds);
}

}  // namespace

Result<CompareOrder> order_of(const CompareOptions& options) {
  TRY(check(options));
  CompareOrder order;
  order.options = options;
  if (order.options.policies.empty())
    for (const auto name : prove::policy_names()) order.options.policies.emplace_back(name);
  order.plant = options.plant == "exact" ? prove::Plant::exact : prove::Plant::fluid;
  order.origin = TRY(origin_of(options));
  const Split split = TRY(read_split(options.split));
  const std::vector<double> startups = TRY(startups_of(options));
  for (const std::string& path : options.traces) {
    const std::string name = std::filesystem::path(path).filename().string();
    if (!order.paths.emplace(name, path).second)
      return wrong(fmt::format("two traces are named {}", name));
    const Split::Row* row = split.find(path);
    order.columns[name] = row != nullptr && !row->column.empty() ? row->column : options.column;
    for (const std::string& workload : options.workloads)
      for (const double startup_s : startups)
        for (const std::string& policy : order.options.policies)
          for (prove::Setting& setting : prove::settings_of(policy))
            order.tasks.push_back({{name, row != nullptr ? row->family : name,
                                    row != nullptr ? row->part : "", workload, startup_s},
                                   std::move(setting)});
  }
  return order;
}

namespace {

/// Scales the trace. Errors do not name it.
Result<> take_demand(const CompareOptions& options, Trace trace, prove::Scenario& scenario) {
  if (options.days > 0)
    trace = TRY(slice(trace, trace.start_s, trace.start_s + options.days * day_s));
  const double factor = TRY(prove::scaled_to_peak(trace, scenario.workload, options.peak_replicas));
  scenario.demand = TRY(prove::demand_of(
      std::move(trace), {.factor = factor, .speed = 1, .history_share = options.history}));
  return {};
}

Result<prove::Scenario> make_scenario(const CompareOrder& order, const prove::Case& one) {
  Trace trace = TRY(read_trace({.file = order.paths.at(one.trace),
                                .column = order.columns.at(one.trace),
                                .from = "",
                                .to = ""}));
  prove::Scenario scenario;
  scenario.workload = TRY(prove::named_workload(one.workload));
  scenario.world.startup.mean_s = one.startup_s;
  scenario.world.replicas_max = static_cast<int>(most_over_peak * order.options.peak_replicas);
  if (const auto taken = take_demand(order.options, std::move(trace), scenario); !taken)
    return fail(taken.error().code, fmt::format("{}: {}", one.trace, taken.error().message));
  return scenario;
}

}  // namespace

Result<std::shared_ptr<const prove::Scenario>> Scenarios::of(const prove::Case& one) {
  const std::lock_guard lock(mutex_);
  for (const auto& [made, scenario] : made_)
    if (made == one) return scenario;
  auto made = std::make_shared<const prove::Scenario>(TRY(make_scenario(order_, one)));
  if (made_.size() == scenarios_kept) made_.erase(made_.begin());
  made_.emplace_back(one, std::move(made));
  return made_.back().second;
}

}  // namespace headroom::cli
