// Pages that subcommands write.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace headroom::cli {

/// How every HTML page begins.
constexpr std::string_view page_beginning = "<!DOCTYPE html>";

/// Whether it may be written there, if at all: see io::check_replaceable(). To be asked before the
/// work that the page is about. An empty path is that of no page.
[[nodiscard]] Result<> check_page(const std::string& path,
                                  std::string_view beginning = page_beginning);

/// Replaces a file that begins with the same line. The error names it and the cause.
[[nodiscard]] Result<> write_page(const std::string& path, const std::string& page);

}  // namespace headroom::cli
