// What a journal's file is, and what becomes of one that is not of this format.
#pragma once

#include <string>

#include "control/journal/sqlite.h"
#include "control/journal/store.h"
#include "core/result.h"

namespace headroom::control {

/// Makes an empty file a journal, and sees that any other is one of this format and origin.
[[nodiscard]] Result<> prepare_file(sqlite::Connection& connection, const JournalOptions& options);

/// A journal that a headroom before format 2 wrote, of what happened.
[[nodiscard]] bool is_of_format_1(const std::string& path);

/// What is read of a file when it is opened is broken: that one is set aside.
[[nodiscard]] bool is_damaged(const std::string& path);

/// Renames the file to "<path><as>"; its write-ahead log must not be taken for that of the next
/// one.
[[nodiscard]] Result<> set_aside(const std::string& path, const std::string& as);

/// Takes over what was learned, from the last checkpoint of the file of format 1 at `path`.
[[nodiscard]] Result<> take_over(sqlite::Connection& connection, const std::string& path);

}  // namespace headroom::control
