// Golden journals: what was seen, and what is expected to be decided on it, both as text.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/result.h"
#include "scale/decision.h"
#include "scale/model.h"
#include "scale/observation.h"
#include "scale/state.h"

namespace headroom::golden {

/// NAME.seen.jsonl: the policy in the first line, then an observation in each, as the journal
/// stores them (docs/formats/journal.md). Input, never rewritten by an accepted change.
/// NAME.learned.jsonl, where it exists: model and state before the first of them.
struct Journal {
  std::string name;
  scale::Policy policy;
  scale::Model model;  // empty: of a service that nothing is known of
  scale::State state;
  std::vector<scale::Observations> seen;
};

/// Those of the folder by name. Errors name file and line.
[[nodiscard]] Result<std::vector<Journal>> read_journals(const std::filesystem::path& folder);
[[nodiscard]] Result<> write_journal(const std::filesystem::path& folder, const Journal& journal);

/// What the engine decides on it: a line for each tick and service, with the number after each
/// rule, a star where it changed, and, when the number wanted became another one, why.
[[nodiscard]] std::string decided(const Journal& journal);

/// NAME.decided.txt; empty where there is none.
[[nodiscard]] Result<std::string> read_expected(const std::filesystem::path& folder,
                                                const std::string& name);
[[nodiscard]] Result<> accept(const std::filesystem::path& folder, const Journal& journal);

/// For a reviewer: tick, service, number before → after, rules before and after, at most `listed`
/// of them and how many more. Empty: there is no difference.
[[nodiscard]] std::string difference(const std::string& name, const std::string& before,
                                     const std::string& after, std::size_t listed = 20);

}  // namespace headroom::golden
