// Whole small files in one call.
#pragma once

#include <cstddef>
#include <string>

#include "core/result.h"

namespace headroom::io {

/// The content of a regular file (or pipe) of at most `bytes_max`. Errors name the path and the
/// cause: missing, a directory, no permission, too large. All of these are ErrorCode::invalid, as
/// whoever named the file named a wrong one; only a failing disk is not.
[[nodiscard]] Result<std::string> read_file(const std::string& path,
                                            std::size_t bytes_max = 1 << 20);

}  // namespace headroom::io
