// headroom tune: a policy's best setting on one part of a trace, judged on the next.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/case_options.h"
#include "cli/command.h"
#include "cli/progress.h"
#include "cli/score_requirement.h"
#include "cli/terminal.h"
#include "cli/trace_file.h"
#include "cli/tune_output.h"
#include "core/text.h"
#include "prove/policies.h"
#include "prove/trial.h"
#include "prove/tune.h"

namespace headroom::cli {
namespace {

struct Options {
  CaseOptions cases;
  std::vector<std::string> policies;
  std::string permitted;
  std::string judged = "50%";
  std::vector<std::string> requirements;
};

struct Order {
  Cases cases;
  std::vector<std::string> policies;
  report::Yardstick yardstick;
  double judged_share = 0;
  std::vector<ScoreRequirement> requirements;
};

Result<double> inner_share(std::string_view option, const std::string& text) {
  const auto share = parse_share(text);
  if (share && *share > 0 && *share < 1) return *share;
  return fail(ErrorCode::invalid,
              fmt::format("{} '{}' is not a share between 0% and 100%", option, text));
}

Result<Order> order_of(const Options& options) {
  Order order;
  order.requirements = TRY(parse_requirements(options.requirements));
  for (const std::string& policy : options.policies) TRY(prove::known_policy(policy));
  order.policies = options.policies;
  order.judged_share = TRY(inner_share("--judged", options.judged));
  if (options.permitted.empty() && options.cases.service.file.empty())
    return fail(ErrorCode::invalid,
                "--permitted is required where no file (-f) says what may be missed");
  order.cases = TRY(cases_of(options.cases, ""));
  order.yardstick = TRY(yardstick_of(order.cases, options.permitted, 0));
  for (const ScoreRequirement& requirement : order.requirements) {
    const bool price = requirement.of == ScoreRequirement::Of::cost;
    if (order.yardstick.cost_per_hour || (!price && requirement.of != ScoreRequirement::Of::met))
      continue;
    return fail(ErrorCode::invalid,
                fmt::format("'{}' needs the {}: name a file with -f", requirement.text,
                            price ? "price of a replica" : "promise of a service"));
  }
  return order;
}

/// Settings that are tried on the part that is searched, by policy; headroom's own at the end.
using Settings = std::vector<std::vector<prove::Setting>>;

Settings settings_of(const Order& order) {
  Settings settings;
  for (const std::string& policy : order.policies)
    settings.push_back(prove::settings_to_choose_from(policy));
  settings.push_back({{.policy = "headroom", .target = order.yardstick.permitted}});
  return settings;
}

std::size_t runs_of(const Settings& settings) {
  std::size_t runs = settings.size();  // judged
  for (const auto& some : settings) runs += some.size();
  return runs;
}

/// One case after the other; the runs of a case at once.
class Work {
 public:
  explicit Work(const Order& order)
      : order_(order),
        settings_(cli::settings_of(order)),
        progress_(order.cases.all.size() * runs_of(settings_)) {}

  Result<TunedCase> tune(const prove::Case& of) {
    const prove::Parts parts = TRY(parts_of(of));
    std::vector<prove::Tried> tried;
    for (const auto& some : settings_)
      for (const prove::Setting& setting : some) tried.push_back({setting, {}});
    TRY(run(tried, parts.searched, of));

    std::vector<Tuned> tuned;
    std::vector<prove::Tried> chosen;
    auto rest = std::span<const prove::Tried>(tried);
    for (const auto& some : settings_) {
      const prove::Tried& best =
          prove::best_of(rest.first(some.size()), order_.yardstick.permitted);
      tuned.push_back({best.setting, some.size(), best.score, {}});
      chosen.push_back({best.setting, {}});
      rest = rest.subspan(some.size());
    }
    TRY(run(chosen, parts.judged, of));
    for (std::size_t i = 0; i < tuned.size(); ++i) tuned[i].judged = chosen[i].score;

    const auto scored = [](const prove::Scenario& one) {
      return one.demand.per_second.size() - one.demand.scored_from;
    };
    TunedCase out{.of = of,
                  .searched_s = scored(parts.searched),
                  .judged_s = scored(parts.judged),
                  .replicas_min = parts.judged.world.replicas_min,
                  .replicas_max = parts.judged.world.replicas_max,
                  .objective_s = parts.judged.workload.objective_s,
                  .policies = {},
                  .headroom = std::move(tuned.back())};
    tuned.pop_back();
    out.policies = std::move(tuned);
    return out;
  }

 private:
  Result<prove::Parts> parts_of(const prove::Case& of) {
    auto parts = prove::parts_of(TRY(make_scenario(order_.cases, of)), order_.judged_share);
    if (parts) return parts;
    return fail(parts.error().code, fmt::format("{}: {}", of.trace, parts.error().message));
  }

  Result<> run(std::vector<prove::Tried>& runs, const prove::Scenario& scenario,
               const prove::Case& of) {
    const CaseOptions& options = order_.cases.options;
    return at_once(options.jobs, runs.size(), [&](std::size_t i) -> Result<> {
      auto score = prove::try_setting(runs[i].setting, scenario, order_.cases.plant, options.seeds);
      if (!score)
        return fail(score.error().code, fmt::format("{}: {}", of.trace, score.error().message));
      runs[i].score = *score;
      progress_.done(runs[i].setting.policy + " " + of.trace);
      return {};
    });
  }

  const Order& order_;
  Settings settings_;
  Progress progress_;
};

/// Traces that make no sense are left out and named, unless all are so.
Result<TuneResult> tune_all(const Order& order) {
  TuneResult result{.yardstick = order.yardstick, .cases = {}};
  std::map<std::string, Error> left_out;
  {
    Work work(order);
    for (const prove::Case& of : order.cases.all) {
      auto tuned = work.tune(of);
      if (tuned)
        result.cases.push_back(std::move(*tuned));
      else
        left_out.emplace(of.trace, tuned.error());
    }
  }
  if (result.cases.empty()) return std::unexpected(left_out.begin()->second);
  for (const auto& [trace, error] : left_out)
    fmt::print(stderr, "headroom: left out: {}\n", printable_lines(error.message));
  return result;
}

Result<> check_requirements(const Order& order, const TuneResult& result) {
  for (const TunedCase& one : result.cases)
    for (const Tuned& tuned : one.policies)
      if (const std::string found =
              violation(order.requirements, tuned.judged, order.yardstick.objective,
                        order.yardstick.cost_per_hour.value_or(0));
          !found.empty())
        return fail(ErrorCode::unsatisfiable,
                    fmt::format("{} with its best setting on {}: {}", tuned.setting.policy,
                                one.of.trace, found));
  return {};
}

Result<Exit> tune(const Options& options) {
  const Order order = TRY(order_of(options));
  for (const std::string& path : options.cases.traces) TRY(check_there(path));
  const TuneResult result = TRY(tune_all(order));
  if (options.cases.format == "json")
    fmt::print("{}\n", to_json(result, options.cases));
  else
    for (const auto& line : to_text(result, terminal_columns())) fmt::print("{}\n", line);
  std::fflush(stdout);
  TRY(check_requirements(order, result));
  return Exit::done;
}

}  // namespace

void add_tune(CLI::App& app, Action& chosen) {
  CLI::App* command = app.add_subcommand(
      "tune", "Find a policy's best setting on one part of a trace and judge it on the next");
  auto options = std::make_shared<Options>();
  add_case_options(*command, options->cases);
  command->add_option("--policy", options->policies, "whose settings; several with commas")
      ->delimiter(',')
      ->required();
  command->add_option(
      "--permitted", options->permitted,
      "share of the requests that may be missed, such as 0.1%; the file's objective");
  command->add_option("--judged", options->judged,
                      "last share of what is scored, on which the setting is judged; 50%");
  command
      ->add_option("--require", options->requirements,
                   "met, missed<0.1%, wanting<0.1%, worst5m<5%, spell<3m, p99<150ms, "
                   "replica-hours<=40 or cost<20 where it is judged: exit code 3 when not met; may "
                   "be repeated")
      ->allow_extra_args(false);
  command->callback([&chosen, options] { chosen = [options] { return tune(*options); }; });
}

}  // namespace headroom::cli
