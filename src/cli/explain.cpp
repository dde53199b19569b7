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
#include "control/journal/replay.h"
#include "core/date.h"
#include "core/text.h"
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
  const std::vector<std::string_view> known(names.begin(), names.end());
  const auto meant = nearest(service, known);
  return fail(ErrorCode::invalid,
              fmt::format("no service {} was decided then; {}", printable(service),
                          names.empty() ? "nor any other: replicas of endpoints are not headroom's"
                          : meant       ? fmt::format("did you mean {}?", *meant)
                                        : fmt::format("there are {}", fmt::join(names, ", "))));
}

/// With its reasons: those that are recorded, or else, as in a time without change, those of the
/// decision taken again. Another build may find others; then there are none.
Result<scale::ServiceDecision> with_reasons(control::JournalReader& reader,
                                            const control::StoredTick& tick,
                                            scale::ServiceDecision decision) {
  if (!decision.reasons.empty()) return decision;
  control::Replay replay;
  std::optional<scale::ServiceDecision> again;
  const control::Span up_to{.from = tick.seen.now.wall, .to = tick.seen.now.wall};
  const auto decide = [&](const control::StoredTick& each) -> Result<> {
    const auto outcome = TRY(replay.feed(each, false));
    if (each.id != tick.id || !outcome) return {};
    const auto found = find(*outcome->decisions, decision.service);
    if (found != outcome->decisions->end() && found->replicas == decision.replicas) again = *found;
    return {};
  };
  TRY(reader.each(up_to, true, decide));
  return again.value_or(std::move(decision));
}

Result<report::Explanation> explanation(control::JournalReader& reader,
                                        const control::StoredTick& tick,
                                        const std::string& service) {
  const auto decision = find(tick.decisions, service);
  if (decision == tick.decisions.end()) return unknown_service(tick, service);
  report::Explanation what;
  what.at = tick.seen.now.wall;
  what.decision = TRY(with_reasons(reader, tick, *decision));
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

/// The last tick up to then. The first counts for the time it looked back on, too: a report
/// begins there.
Result<std::optional<control::StoredTick>> tick_at(OpenJournal& journal, WallTime at) {
  if (at >= journal.extent.first) return journal.reader.at(at);
  auto first = TRY(journal.reader.at(journal.extent.first));
  if (first && at < first->seen.now.wall - first->seen.dt) first.reset();
  return first;
}

Result<Exit> explain(const Options& options) {
  auto journal = TRY(open_journal(options.journal));
  const WallTime at = options.at.empty()
                          ? journal.extent.last
                          : TRY(report::parse_when(options.at, journal.extent.last)).last;
  auto tick = TRY(tick_at(journal, at));
  if (!tick)
    return fail(ErrorCode::invalid, fmt::format("journal {}: it begins only at {}", journal.path,
                                                format_date(journal.extent.first)));
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
                      "the moment: 2026-11-21T10:00:00Z, 10:00:00 for the last one in UTC, seconds "
                      "since 1970, or -30s before the journal's end (default: its end)");
  command->add_flag("--last", options->last,
                    "the last decision up to then that changed the number of replicas");
  command->callback([&chosen, options] { chosen = [options] { return explain(*options); }; });
}

}  // namespace headroom::cli
