// headroom compare: every policy at every setting on the same traffic, and what each could reach.
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <thread>

#include "cli/command.h"
#include "cli/compare_order.h"
#include "cli/compare_store.h"
#include "cli/page.h"
#include "cli/terminal.h"
#include "prove/policies.h"
#include "prove/summary.h"
#include "report/frontier.h"

namespace headroom::cli {
namespace {

constexpr std::uint64_t resampling_seed = 1;

/// Runs the tasks that are not known yet, several at a time.
class Work {
 public:
  Work(const CompareOrder& order, CompareStore& store)
      : order_(order), store_(store), scenarios_(order) {}

  Result<> run() {
    const int jobs = order_.options.jobs > 0
                         ? order_.options.jobs
                         : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < jobs; ++i) threads.emplace_back([this] { work(); });
    }
    if (isatty(STDERR_FILENO) == 1) fmt::print(stderr, "\r\033[K");
    if (left_out_.size() < order_.paths.size())
      for (const auto& [trace, error] : left_out_)
        fmt::print(stderr, "headroom: left out: {}\n", error.message);
    return outcome_;
  }

  /// Traces that cannot be run, and why.
  [[nodiscard]] const std::map<std::string, Error>& left_out() const { return left_out_; }

 private:
  void work() {
    while (!stop_) {
      const std::size_t i = next_++;
      if (i >= order_.tasks.size()) return;
      const CompareTask& task = order_.tasks[i];
      const Result<> done = one(task);
      const std::lock_guard lock(mutex_);
      if (!done && outcome_) outcome_ = done;
      if (!done) stop_ = true;
      show_progress(task);
    }
  }

  Result<> one(const CompareTask& task) {
    {
      const std::lock_guard lock(mutex_);
      if (store_.find(task.of, task.setting) != nullptr || left_out_.contains(task.of.trace))
        return {};
    }
    const auto made = scenarios_.of(task.of);
    if (!made) {
      // One trace that makes no sense is no reason to give up the others, hours later.
      const std::lock_guard lock(mutex_);
      left_out_.emplace(task.of.trace, made.error());
      return {};
    }
    const prove::Scenario& scenario = **made;
    prove::Score score;
    for (int seed = 1; seed <= order_.options.seeds; ++seed) {
      const auto policy = TRY(prove::make_policy(task.setting, scenario));
      score.add(prove::simulate(scenario, order_.plant, static_cast<std::uint64_t>(seed), *policy));
    }
    const std::lock_guard lock(mutex_);
    return store_.add({task.of, task.setting, score});
  }

  /// Requires: mutex_ is held.
  void show_progress(const CompareTask& task) {
    ++done_;
    if (isatty(STDERR_FILENO) != 1) return;
    const double passed_s =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
    const double left_s =
        passed_s / static_cast<double>(done_) * static_cast<double>(order_.tasks.size() - done_);
    fmt::print(stderr, "\r\033[K{} of {} runs, about {:.0f} s left: {} {}", done_,
               order_.tasks.size(), left_s, task.setting.policy, task.of.trace);
  }

  const CompareOrder& order_;
  CompareStore& store_;
  Scenarios scenarios_;
  std::mutex mutex_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> stop_{false};
  std::map<std::string, Error> left_out_;
  std::size_t done_ = 0;
  Result<> outcome_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

Result<Exit> compare(const CompareOptions& options) {
  const CompareOrder order = TRY(order_of(options));
  CompareStore store = TRY(CompareStore::open(options.runs, order.origin));
  std::vector<prove::Trial> trials;
  if (!options.against.empty()) trials = TRY(read_runs(options.against));
  Work work(order, store);
  TRY(work.run());
  if (work.left_out().size() == order.paths.size())
    return std::unexpected(work.left_out().begin()->second);
  for (const CompareTask& task : order.tasks)
    if (const prove::Trial* found = store.find(task.of, task.setting)) trials.push_back(*found);
  const auto summary = prove::comparisons(trials, resampling_seed);
  if (!options.report.empty())
    TRY(write_page(options.report, report::frontier_page(trials, summary)));
  if (options.format == "json") {
    fmt::print("{}\n", report::frontier_json(trials, summary).dump(1));
    return Exit::done;
  }
  for (const auto& line : report::frontier_text(summary, terminal_columns()))
    fmt::print("{}\n", line);
  return Exit::done;
}

void add_options(CLI::App& command, CompareOptions& options) {
  command.add_option("--trace", options.traces, "CSV files with a rate over time; .gz too")
      ->required();
  command.add_option("--column", options.column, "the traces' value column");
  command.add_option("--split", options.split,
                     "CSV file,family,part[,column]: which traces are alike, and which were "
                     "looked at while tuning");
  command.add_option("--workload", options.workloads, "fast-web, slow-api, go-with-pauses")
      ->delimiter(',');
  command.add_option("--policies", options.policies, "all unless named")->delimiter(',');
  command.add_option("--startup", options.startups, "how long a replica takes to be ready")
      ->delimiter(',');
  command.add_option("--peak-replicas", options.peak_replicas,
                     "scale each trace so that its peak needs so many");
  command.add_option("--days", options.days, "of each trace only the first so many days");
  command.add_option("--history", options.history,
                     "share of the trace that is lived through first and not scored");
  command.add_option("--plant", options.plant, "fluid or exact")
      ->check(CLI::IsMember({"fluid", "exact"}));
  command.add_option("--seeds", options.seeds, "runs of each, added up");
  command.add_option("--jobs", options.jobs, "at once; one per core");
  command.add_option("--runs", options.runs, "keep runs in this file, and go on with it");
  command.add_option("--against", options.against, "runs of an earlier comparison to count in");
  command.add_option("--report", options.report, "write an HTML page with the frontiers");
  command.add_option("--format", options.format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
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
