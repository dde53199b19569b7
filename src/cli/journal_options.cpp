// Options of the commands that read a journal.
#include "cli/journal_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "report/when.h"

namespace headroom::cli {

void add_journal_options(CLI::App& command, JournalOptions& options) {
  command.add_option("-j,--journal", options.path, "the journal that run or controller writes")
      ->required();
  command.add_option("--format", options.format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
}

void add_span_options(CLI::App& command, JournalOptions& options) {
  command.add_option("--from", options.from,
                     "first moment: 2026-11-21T10:00:00Z, seconds since 1970, or -10m before the "
                     "journal's end");
  command.add_option("--to", options.to, "last moment, as --from");
}

Result<OpenJournal> open_journal(const JournalOptions& options) {
  auto reader = TRY(control::JournalReader::open(options.path));
  const auto extent = TRY(reader.extent());
  if (extent.ticks == 0)
    return fail(ErrorCode::invalid,
                fmt::format("journal {}: nothing is recorded in it", options.path));
  control::Span span{.from = extent.first, .to = extent.last};
  if (!options.from.empty()) span.from = TRY(report::parse_when(options.from, extent.last));
  if (!options.to.empty()) span.to = TRY(report::parse_when(options.to, extent.last));
  if (span.from > extent.last || span.to < extent.first || span.from > span.to)
    return fail(
        ErrorCode::invalid,
        fmt::format("journal {}: nothing lies between {} and {}; it covers {} to {}", options.path,
                    report::format_when(span.from), report::format_when(span.to),
                    report::format_when(extent.first), report::format_when(extent.last)));
  return OpenJournal{std::move(reader), extent, span};
}

}  // namespace headroom::cli
