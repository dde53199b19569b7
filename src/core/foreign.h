// Files that are no CSV as it is read here, told apart by how they begin.
#pragma once

#include <string_view>

#include "core/result.h"

namespace headroom {

/// Refuses JSON, access logs, fields between semicolons or tabs, and CSV without a header, in a
/// sentence that says what makes CSV of it.
[[nodiscard]] Result<> check_is_csv(std::string_view text, std::string_view file);

}  // namespace headroom
