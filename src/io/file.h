// Whole small files in one call, and whether files could be written.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/result.h"

namespace headroom::io {

/// The content of a regular file (or pipe) of at most `bytes_max`. Errors name the path and the
/// cause: missing, a directory, no permission, too large. All of these are ErrorCode::invalid, as
/// whoever named the file named a wrong one; only a failing disk is not.
[[nodiscard]] Result<std::string> read_file(const std::string& path,
                                            std::size_t bytes_max = 1 << 20);

/// The errno with which making the file `path` or writing to it would fail, as far as that can be
/// known without trying; 0: it would not.
[[nodiscard]] int why_not_writable(const std::string& path);

/// The same for files in the folder `path`, which may have to be made first.
[[nodiscard]] int why_not_fillable(const std::string& path);

/// Refuses to write over something else: a file that is there and not empty has to begin as what
/// replaces it. So no input is lost to a slip in a command line. Devices and pipes pass.
[[nodiscard]] Result<> check_replaceable(const std::string& path, std::string_view beginning);

}  // namespace headroom::io
