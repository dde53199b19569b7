// Options of the commands that read a journal.
#include "cli/journal_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/run_file.h"
#include "core/date.h"
#include "core/text.h"
#include "report/when.h"

namespace headroom::cli {
namespace {

constexpr std::string_view instead = "--journal";

}  // namespace

void add_journal_options(CLI::App& command, JournalOptions& options) {
  add_run_file_option(command, options.file, instead);
  command.add_option("-j,--journal", options.path, "the journal, instead of the file's");
  command.add_option("--format", options.format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
}

void add_span_options(CLI::App& command, JournalOptions& options) {
  command.add_option(
      "--from", options.from,
      "first moment: 2026-11-21T10:00:00Z, 10:00:00 for the last one in UTC, seconds "
      "since 1970, or -10m before the journal's end");
  command.add_option("--to", options.to, "last moment, as --from");
}

Result<OpenJournal> open_journal(const JournalOptions& options) {
  std::optional<spec::Config> config;
  if (options.path.empty()) config = TRY(load_run_file(options.file, instead));
  const std::string path = config ? config->journal.path : options.path;
  auto reader = TRY(control::JournalReader::open(path));
  if (const std::string simulation = TRY(reader.simulation()); !simulation.empty())
    fmt::print(stderr, "headroom: {} is of a simulation: {}\n", path, printable_lines(simulation));
  const auto extent = TRY(reader.extent());
  if (extent.ticks == 0)
    return fail(ErrorCode::invalid, fmt::format("journal {}: nothing is recorded in it", path));
  control::Span span{.from = extent.first, .to = extent.last};
  if (!options.from.empty()) span.from = TRY(report::parse_when(options.from, extent.last)).first;
  if (!options.to.empty()) span.to = TRY(report::parse_when(options.to, extent.last)).last;
  if (span.from > extent.last || span.to < extent.first || span.from > span.to)
    return fail(ErrorCode::invalid,
                fmt::format("journal {}: nothing lies between {} and {}; it covers {} to {}", path,
                            format_date(span.from), format_date(span.to), format_date(extent.first),
                            format_date(extent.last)));
  return OpenJournal{path, std::move(reader), extent, span, std::move(config)};
}

}  // namespace headroom::cli
