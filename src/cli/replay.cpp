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
#include "report/replayed.h"
#include "scale/knob.h"

namespace headroom::cli {
namespace {

using Json = nlohmann::ordered_json;

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

Result<report::Replayed> replay_all(OpenJournal& journal, control::Replay& replay) {
  report::Replayed replayed;
  const auto again = [&](const control::StoredTick& tick) -> Result<> {
    const bool within = tick.seen.now.wall >= journal.span.from;
    const auto outcome = TRY(replay.feed(tick, within));
    if (outcome && within) replayed.add(tick, *outcome);
    return {};
  };
  TRY(journal.reader.each(journal.span, true, again));
  return replayed;
}

void print_json(const report::Replayed& replayed, const control::ReplayCounts& counts) {
  Json out = {{"observations", counts.observations},
              {"differences", counts.differences},
              {"worded_differently", counts.worded},
              {"state_drifts", counts.drifted},
              {"skipped", counts.skipped},
              {"starts", counts.starts},
              {"reloads", counts.reloads}};
  out.update(replayed.json());
  fmt::print("{}\n", out.dump(2, ' ', false, Json::error_handler_t::replace));
}

std::string counted(std::int64_t count, std::string_view one) {
  return report::counted(static_cast<std::uint64_t>(count), one);
}

void print_text(const report::Replayed& replayed, const control::ReplayCounts& counts,
                bool changed) {
  for (const auto& line : replayed.text(terminal_columns())) fmt::print("{}\n", line);
  fmt::print("{}, {}\n", counted(counts.observations, "observation"),
             counted(counts.differences, "difference"));
  if (counts.starts + counts.reloads > 1)
    fmt::print("across {} and {}\n", counted(counts.starts, "start"),
               counted(counts.reloads, "reload"));
  if (counts.drifted > 0)
    fmt::print("at {} the recorded model or state is another one\n",
               counted(counts.drifted, "checkpoint"));
  if (counts.worded > 0)
    fmt::print("{} with the same number for other reasons\n", counted(counts.worded, "decision"));
  if (counts.skipped > 0)
    fmt::print("{} could not be decided: no checkpoint stands before\n",
               counted(counts.skipped, "tick"));
  if (changed)
    fmt::print("what was seen is what the recorded decisions led to; only the deciding changed\n");
}

Result<Exit> replay(const Options& options) {
  control::Replay again(TRY(change_of(options)));
  auto journal = TRY(open_journal(options.journal));
  const report::Replayed replayed = TRY(replay_all(journal, again));
  const control::ReplayCounts& counts = again.counts();
  options.journal.json() ? print_json(replayed, counts)
                         : print_text(replayed, counts, options.changed());
  if (counts.observations == 0)
    return fail(ErrorCode::io,
                fmt::format("journal {}: no checkpoint to decide from", journal.path));
  const bool faithful = counts.differences == 0 && counts.drifted == 0;
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
