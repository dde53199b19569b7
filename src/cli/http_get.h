// One blocking GET, for commands that ask a running headroom.
#pragma once

#include <string>

#include "core/result.h"
#include "core/time.h"

namespace headroom::cli {

/// The body of a 200 answer of at most 16 MiB. Errors name the address and what went wrong.
[[nodiscard]] Result<std::string> http_get(const std::string& address, const std::string& path,
                                           Duration timeout);

}  // namespace headroom::cli
