// headroom compare: every policy at every setting on the same traffic, and what each could reach.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <mutex>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/compare_order.h"
#include "cli/compare_store.h"
#include "cli/page.h"
#include "cli/progress.h"
#include "cli/terminal.h"
#include "core/text.h"
#include "prove/summary.h"
#include "prove/trial.h"
#include "report/frontier.h"

namespace headroom::cli {
namespace {

constexpr std::uint64_t resampling_seed = 1;

/// Runs the tasks that are not known yet, several at a time.
class Work {
 public:
  Work(const CompareOrder& order, CompareStore& store)
      : order_(order), store_(store), scenarios_(order.cases) {}

  Result<> run() {
    const Result<> outcome = [this] {
      Progress progress(order_.tasks.size());
      return at_once(order_.cases.options.jobs, order_.tasks.size(), [&](std::size_t i) {
        const CompareTask& task = order_.tasks[i];
        Result<> done = one(task);
        progress.done(task.setting.policy + " " + task.of.trace);
        return done;
      });
    }();
    if (left_out_.size() < order_.cases.paths.size())
      for (const auto& [trace, error] : left_out_)
        fmt::print(stderr, "headroom: left out: {}\n", printable_lines(error.message));
    return outcome;
  }

  /// Traces that cannot be run, and why.
  [[nodiscard]] const std::map<std::string, Error>& left_out() const { return left_out_; }

 private:
  Result<> one(const CompareTask& task) {
    {
      const std::lock_guard lock(mutex_);
      if (store_.find(task.of, task.setting) != nullptr || left_out_.contains(task.of.trace))
        return {};
    }
    const auto score = run_one(task);
    if (!score) {
      // One trace that makes no sense is no reason to give up the others, hours later.
      const std::lock_guard lock(mutex_);
      left_out_.emplace(task.of.trace, score.error());
      return {};
    }
    const std::lock_guard lock(mutex_);
    return store_.add({task.of, task.setting, *score});
  }

  /// Errors name the trace.
  Result<prove::Score> run_one(const CompareTask& task) {
    const auto scenario = TRY(scenarios_.of(task.of));
    auto score =
        prove::try_setting(task.setting, *scenario, order_.cases.plant, order_.cases.options.seeds);
    if (score) return score;
    return fail(score.error().code, fmt::format("{}: {}", task.of.trace, score.error().message));
  }

  const CompareOrder& order_;
  CompareStore& store_;
  Scenarios scenarios_;
  std::mutex mutex_;
  std::map<std::string, Error> left_out_;
};

Result<Exit> compare(const CompareOptions& options) {
  const CompareOrder order = TRY(order_of(options));
  CompareStore store = TRY(CompareStore::open(options.runs, order.origin));
  std::vector<prove::Trial> trials;
  if (!options.against.empty()) trials = TRY(read_runs(options.against));
  Work work(order, store);
  TRY(work.run());
  if (work.left_out().size() == order.cases.paths.size())
    return std::unexpected(work.left_out().begin()->second);
  for (const CompareTask& task : order.tasks)
    if (const prove::Trial* found = store.find(task.of, task.setting)) trials.push_back(*found);
  const auto summary = prove::comparisons(trials, resampling_seed);
  if (!options.report.empty())
    TRY(write_page(options.report, report::frontier_page(trials, summary)));
  if (options.cases.format == "json") {
    fmt::print("{}\n", report::frontier_json(trials, summary).dump(1));
    return Exit::done;
  }
  if (summary.empty())
    fmt::print(
        "nothing to compare: that takes headroom and another policy; --format json has every "
        "run\n");
  else
    for (const auto& line : report::frontier_text(summary, terminal_columns()))
      fmt::print("{}\n", line);
  return Exit::done;
}

void add_options(CLI::App& command, CompareOptions& options) {
  add_case_options(command, options.cases);
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
