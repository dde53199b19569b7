// The options that every command reading a journal has.
#pragma once

#include <optional>
#include <string>

#include "control/journal/reader.h"
#include "core/result.h"
#include "spec/config.h"

namespace CLI {
class App;
}

namespace headroom::cli {

struct JournalOptions {
  std::string file = "headroom.yaml";
  std::string path;  // empty: the file's
  std::string from;  // empty: the journal's begin
  std::string to;    // empty: its end
  std::string format = "text";

  [[nodiscard]] bool json() const { return format == "json"; }
};

/// -f, --file, -j, --journal and --format.
void add_journal_options(CLI::App& command, JournalOptions& options);
/// --from and --to.
void add_span_options(CLI::App& command, JournalOptions& options);

struct OpenJournal {
  std::string path;
  control::JournalReader reader;
  control::JournalReader::Extent extent;  // at least one tick
  control::Span span;
  std::optional<spec::Config> config;  // of the file, where it was read
};

/// The journal that was named, or else the one of the file. Fails also when there is nothing in it.
[[nodiscard]] Result<OpenJournal> open_journal(const JournalOptions& options);

}  // namespace headroom::cli
