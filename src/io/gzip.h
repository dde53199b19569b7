// Files that may be gzipped.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/result.h"

namespace headroom::io {

/// The content of gzip data (of all its members, one after the other), at most `bytes_max`.
/// The error says what is wrong with it, without a path.
[[nodiscard]] Result<std::string> gunzip(std::string_view data, std::size_t bytes_max);

/// As read_file, but a file that begins as gzip does is decompressed. `bytes_max` limits both the
/// file and its content.
[[nodiscard]] Result<std::string> read_plain_or_gzip(const std::string& path,
                                                     std::size_t bytes_max);

}  // namespace headroom::io
