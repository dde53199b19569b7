// headroom compare: every policy at every setting on the same traffic, and what each could reach.
#include <fmt/format.h>

#include <algorithm>
#include <CLI/CLI.hpp>
#include <iterator>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/compare_order.h"
#include "cli/compare_store.h"
#include "cli/page.h"
#include "cli/progress.h"
#include "cli/terminal.h"
#include "cli/trace_file.h"
#include "core/text.h"
#include "prove/refine.h"
#include "prove/summary.h"
#include "prove/trial.h"
#include "report/frontier.h"

namespace headroom::cli {
namespace {

constexpr std::uint64_t resampling_seed = 1;

/// Runs what is not known yet, several at a time: of each case first the settings of the grid, then
/// those closer to what is asked for.
class Work {
 public:
  Work(const CompareOrder& order, CompareStore& store)
      : order_(order), store_(store), scenarios_(order.cases) {}

  Result<std::vector<prove::Trial>> run() {
    TRY(check_files());
    std::size_t runs = 0;
    for (const std::string& policy : order_.policies) runs += order_.settings_of(policy).size();
    std::vector<prove::Trial> trials;
    {
      Progress progress(runs * order_.cases.all.size());
      for (const prove::Case& of : order_.cases.all)
        std::ranges::move(TRY(run_case(of, progress)), std::back_inserter(trials));
    }
    if (left_out_.size() == order_.cases.paths.size())
      return std::unexpected(left_out_.begin()->second);
    for (const auto& [trace, error] : left_out_)
      fmt::print(stderr, "headroom: left out: {}\n", printable_lines(error.message));
    return trials;
  }

 private:
  using ByPolicy = std::map<std::string, std::vector<const prove::Trial*>>;

  /// A slip in a path is told before anything runs; what is known already needs no file.
  [[nodiscard]] Result<> check_files() const {
    for (const prove::Case& of : order_.cases.all) {
      const std::string& path = order_.cases.paths.at(of.trace);
      for (const std::string& policy : order_.policies)
        for (const prove::Setting& setting : order_.settings_of(policy))
          if (store_.find(of, setting) == nullptr) TRY(check_there(path));
    }
    return {};
  }

  Result<std::vector<prove::Trial>> run_case(const prove::Case& of, Progress& progress) {
    std::vector<prove::Setting> settings;
    for (const std::string& policy : order_.policies)
      std::ranges::move(order_.settings_of(policy), std::back_inserter(settings));
    ByPolicy done;
    for (int round = 0; !settings.empty(); ++round) {
      TRY(run_all(of, settings, progress));
      for (const prove::Setting& setting : settings)
        if (const prove::Trial* found = store_.find(of, setting))
          done[setting.policy].push_back(found);
      if (round == prove::refining_rounds) break;
      settings = closer(done);
      progress.expect(settings.size());
    }
    std::vector<prove::Trial> trials;
    for (const auto& [policy, some] : done)
      for (const prove::Trial* one : some) trials.push_back(*one);
    return trials;
  }

  [[nodiscard]] std::vector<prove::Setting> closer(const ByPolicy& done) const {
    std::vector<prove::Setting> settings;
    for (const auto& [policy, some] : done)
      for (const double share : order_.shares())
        for (prove::Setting& one : prove::refined(some, share)) {
          const auto known = [&](const prove::Trial* run) { return run->setting == one; };
          if (std::ranges::find(settings, one) == settings.end() &&
              std::ranges::none_of(some, known))
            settings.push_back(std::move(one));
        }
    return settings;
  }

  Result<> run_all(const prove::Case& of, const std::vector<prove::Setting>& settings,
                   Progress& progress) {
    return at_once(order_.cases.options.jobs, settings.size(), [&](std::size_t i) {
      Result<> done = one(of, settings[i]);
      progress.done(settings[i].policy + " " + of.trace);
      return done;
    });
  }

  Result<> one(const prove::Case& of, const prove::Setting& setting) {
    {
      const std::lock_guard lock(mutex_);
      if (store_.find(of, setting) != nullptr || left_out_.contains(of.trace)) return {};
    }
    const auto trial = try_one(of, setting);
    const std::lock_guard lock(mutex_);
    if (trial) return store_.add(*trial);
    // One trace that makes no sense is no reason to give up the others, hours later.
    left_out_.emplace(of.trace, trial.error());
    return {};
  }

  /// Errors name the trace.
  Result<prove::Trial> try_one(const prove::Case& of, const prove::Setting& setting) {
    const auto scenario = TRY(scenarios_.of(of));
    const auto score =
        prove::try_setting(setting, *scenario, order_.cases.plant, order_.cases.options.seeds);
    if (score)
      return prove::Trial{.of = of,
                          .setting = setting,
                          .score = *score,
                          .objective_s = scenario->workload.objective_s,
                          .replicas_min = scenario->world.replicas_min,
                          .replicas_max = scenario->world.replicas_max,
                          .bin_s = scenario->demand.bin_s,
                          .service_factor = scenario->workload.factor};
    return fail(score.error().code, fmt::format("{}: {}", of.trace, score.error().message));
  }

  const CompareOrder& order_;
  CompareStore& store_;
  Scenarios scenarios_;
  std::mutex mutex_;
  std::map<std::string, Error> left_out_;
};

Result<Exit> compare(const CompareOptions& options) {
  const CompareOrder order = TRY(order_of(options));
  TRY(check_page(options.report));
  CompareStore store = TRY(CompareStore::open(options.runs, order.origin));
  std::vector<prove::Trial> trials;
  if (!options.against.empty()) trials = TRY(read_runs(options.against));
  std::ranges::move(TRY(Work(order, store).run()), std::back_inserter(trials));
  const auto summary = prove::comparisons(trials, resampling_seed, order.yardstick.permitted);
  if (!options.report.empty())
    TRY(write_page(options.report, report::frontier_page(trials, order.yardstick, summary)));
  if (options.cases.format == "json") {
    fmt::print("{}\n", report::frontier_json(trials, order.yardstick, summary).dump(1));
    return Exit::done;
  }
  for (const auto& line :
       report::frontier_text(trials, order.yardstick, summary, terminal_columns()))
    fmt::print("{}\n", line);
  return Exit::done;
}

void add_options(CLI::App& command, CompareOptions& options) {
  add_case_options(command, options.cases);
  command.add_option("--permitted", options.permitted,
                     "share of the requests that may be missed; the file's objective, or 1%");
  command.add_option("--split", options.split,
                     "CSV file,family,part[,column]: which traces are alike, and which were "
                     "looked at while tuning");
  command.add_option("--policies", options.policies, "all unless named")->delimiter(',');
  command.add_option("--runs", options.runs, "keep runs in this file, and go on with it");
  command.add_option("--against", options.against, "runs of an earlier comparison to count in");
  command.add_option("--report", options.report, "write an HTML page with the frontiers");
}

}  // namespace

void add_compare(CLI::App& app, Action& chosen) {
  CLI::App* command =
      app.add_subcommand("compare", "Replay traffic through headroom and every other autoscaler");
  auto options = std::make_shared<CompareOptions>();
  add_options(*command, *options);
  command->callback([&chosen, options] { chosen = [options] { return compare(*options); }; });
}

}  // namespace headroom::cli
