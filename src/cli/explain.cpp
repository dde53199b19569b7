// headroom explain: why a service had so many replicas at a moment.
#include "report/explain.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/journal_options.h"
#include "cli/terminal.h"
#include "report/when.h"

namespace headroom::cli {
namespace {

struct Options {
  JournalOptions journal;
  std::string service;
  std::string at;
  bool last = false;
};

template <class Items>
auto find(Items& items, const std::string& service) {
  return std::ranges::find(items, service, [](const auto& item) { return item.service; });
}

std::unexpected<Error> unknown_service(const control::StoredTick& tick,
                                       const std::string& service) {
  std::vector<std::string> names;
  for (const auto& decision : tick.decisions) names.push_back(decision.service);
  return fail(ErrorCode::invalid, fmt::format("no service {} was decided then; there are {}",
                                              service, fmt::join(names, ", ")));
}

Result<report::Explanation> explanation(control::JournalReader& reader,
                                        const control::StoredTick& tick,
                                        const std::string& service) {
  const auto decision = find(tick.decisions, service);
  if (decision == tick.decisions.end()) return unknown_service(tick, service);
  report::Explanation what;
  what.at = tick.seen.now.wall;
  what.decision = *decision;
  what.dt_s = seconds(tick.seen.dt);
  what.machine_cpu = tick.seen.machine_cpu;
  if (const auto seen = find(tick.seen.services, service); seen != tick.seen.services.end())
    what.seen = *seen;
  if (const auto before = TRY(reader.before(tick)))
    if (const auto found = find(before->decisions, service); found != before->decisions.end())
      what.before = found->replicas;
  if (const auto policy = TRY(reader.policy_at(tick)))
    if (const auto found = find(policy->services, service); found != policy->services.end())
      what.policy = *found;
  return what;
}

Result<Exit> explain(const Options& options) {
  auto journal = TRY(open_journal(options.journal));
  const WallTime at = options.at.empty() ? journal.extent.last
                                         : TRY(report::parse_when(options.at, journal.extent.last));
  auto tick = TRY(journal.reader.at(at));
  if (!tick)
    return fail(ErrorCode::invalid,
                fmt::format("journal {}: it begins only at {}", options.journal.path,
                            report::format_when(journal.extent.first)));
  if (options.last)
    if (auto change = TRY(journal.reader.last_change(options.service, at))) tick = change;
  const auto what = TRY(explanation(journal.reader, *tick, options.service));
  if (options.journal.json()) {
    fmt::print("{}\n", report::explain_json(what).dump(2));
    return Exit::done;
  }
  for (const auto& line : report::explain_text(what, terminal_columns())) fmt::print("{}\n", line);
  return Exit::done;
}

}  // namespace

void add_explain(CLI::App& app, Action& chosen) {
  CLI::App* command = app.add_subcommand("explain", "Say why a service has so many replicas");
  auto options = std::make_shared<Options>();
  add_journal_options(*command, options->journal);
  command->add_option("--service", options->service, "the service")->required();
  command->add_option("--at", options->at,
                      "the moment: 2026-11-21T10:00:00Z, seconds since 1970, or -30s before the "
                      "journal's end (default: its end)");
  command->add_flag("--last", options->last,
                    "the last decision up to then that changed the number of replicas");
  command->callback([&chosen, options] { chosen = [options] { return explain(*options); }; });
}

}  // namespace headroom::cli
