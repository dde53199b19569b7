// Going on in the background: the process that was started returns once the service is up.
#pragma once

#include <functional>

#include "cli/command.h"
#include "core/result.h"

namespace headroom::cli {

/// Runs `body` in a process with a session of its own, without standard input. This one returns
/// once that one says that it serves, or with its exit code when it has ended before. To be called
/// before there are threads.
[[nodiscard]] Result<Exit> detached(
    const std::function<Exit(const std::function<void()>& serving)>& body);

}  // namespace headroom::cli
