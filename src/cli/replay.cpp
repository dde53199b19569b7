// headroom replay: decides a journal again, as it is or with a knob changed, and compares.
#include "control/journal/replay.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/journal_options.h"
#include "cli/terminal.h"
#include "io/config_file.h"
#include "report/layout.h"
#include "report/when.h"
#include "scale/knob.h"

namespace headroom::cli {
namespace {

using Json = nlohmann::ordered_json;

/// Differences listed at most; all are counted.
constexpr std::size_t listed_max = 1000;

struct Options {
  JournalOptions journal;
  std::vector<std::string> knobs;
  std::string policy_file;

  [[nodiscard]] bool changed() const { return !knobs.empty() || !policy_file.empty(); }
};

/// What --policy and --set make of a recorded policy.
Result<control::Replay::Change> change_of(const Options& options) {
  if (!options.changed()) return control::Replay::Change{};
  std::optional<scale::Policy> whole;
  if (!options.policy_file.empty())
    whole = scale::Policy::from(TRY(io::load_config(options.policy_file)));
  return [whole, knobs = options.knobs](scale::Policy& policy) -> Result<> {
    if (whole) policy = *whole;
    for (const auto& knob : knobs) TRY(scale::set_knob(policy, knob));
    return {};
  };
}

struct Findings {
  control::ReplayCounts counts;
  std::vector<control::Difference> listed;
};

Result<Findings> replay_all(OpenJournal& journal, control::Replay& replay) {
  Findings found;
  const auto again = [&](const control::StoredTick& tick) -> Result<> {
    auto outcome = TRY(replay.feed(tick, tick.seen.now.wall >= journal.span.from));
    if (!outcome) return {};
    for (auto& difference : outcome->differences)
      if (found.listed.size() < listed_max) found.listed.push_back(std::move(difference));
    return {};
  };
  TRY(journal.reader.each(journal.span, true, again));
  found.counts = replay.counts();
  return found;
}

void print_json(const Findings& found) {
  const auto& counts = found.counts;
  Json out = {{"observations", counts.observations},
              {"differences", counts.differences},
              {"worded_differently", counts.worded},
              {"state_drifts", counts.drifted},
              {"skipped", counts.skipped},
              {"starts", counts.starts},
              {"reloads", counts.reloads}};
  out["listed"] = Json::array();
  for (const auto& difference : found.listed)
    out["listed"].push_back({{"at", report::format_when(difference.at)},
                             {"service", difference.service},
                             {"recorded", difference.recorded},
                             {"replayed", difference.replayed},
                             {"reason", difference.reason}});
  fmt::print("{}\n", out.dump(2, ' ', false, Json::error_handler_t::replace));
}

void print_differences(const std::vector<control::Difference>& listed) {
  for (const auto& difference : listed) {
    const auto text = fmt::format("{} {}: {} recorded, {} replayed ({})",
                                  report::format_when(difference.at), difference.service,
                                  difference.recorded, difference.replayed, difference.reason);
    bool first = true;
    for (const auto& line : report::wrap(text, terminal_columns() - 4))
      fmt::print("  {}{}\n", std::exchange(first, false) ? "" : "  ", line);
  }
}

void print_text(const Findings& found, bool changed) {
  const auto& counts = found.counts;
  print_differences(found.listed);
  if (found.listed.size() < static_cast<std::size_t>(counts.differences))
    fmt::print("  and {} more\n",
               static_cast<std::size_t>(counts.differences) - found.listed.size());
  fmt::print("{} observations, {} differences\n", counts.observations, counts.differences);
  if (counts.starts + counts.reloads > 1)
    fmt::print("across {} starts and {} reloads\n", counts.starts, counts.reloads);
  if (counts.drifted > 0)
    fmt::print("at {} checkpoints the recorded model or state is another one\n", counts.drifted);
  if (counts.worded > 0)
    fmt::print("{} decisions have the same number for other reasons\n", counts.worded);
  if (counts.skipped > 0)
    fmt::print("{} ticks could not be decided: no checkpoint stands before them\n", counts.skipped);
  if (changed)
    fmt::print("what was seen is what the recorded decisions led to; only the deciding changed\n");
}

Result<Exit> replay(const Options& options) {
  control::Replay again(TRY(change_of(options)));
  auto journal = TRY(open_journal(options.journal));
  const Findings found = TRY(replay_all(journal, again));
  options.journal.json() ? print_json(found) : print_text(found, options.changed());
  if (found.counts.observations == 0)
    return fail(ErrorCode::io,
                fmt::format("journal {}: no checkpoint to decide from", options.journal.path));
  const bool faithful = found.counts.differences == 0 && found.counts.drifted == 0;
  return options.changed() || faithful ? Exit::done : Exit::failed;
}

}  // namespace

void add_replay(CLI::App& app, Action& chosen) {
  CLI::App* command = app.add_subcommand("replay", "Decide a journal again and show what differs");
  auto options = std::make_shared<Options>();
  add_journal_options(*command, options->journal);
  add_span_options(*command, options->journal);
  command->add_option("--set", options->knobs,
                      "change a knob, such as services.checkout.replicas.max=5; may be repeated");
  command->add_option("--policy", options->policy_file, "decide by this headroom.yaml instead");
  command->callback([&chosen, options] { chosen = [options] { return replay(*options); }; });
}

}  // namespace headroom::cli
