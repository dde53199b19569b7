// Pages that subcommands write.
#pragma once

#include <string>

#include "core/result.h"

namespace headroom::cli {

/// Replaces the file. The error names it and the cause.
[[nodiscard]] Result<> write_page(const std::string& path, const std::string& page);

}  // namespace headroom::cli
