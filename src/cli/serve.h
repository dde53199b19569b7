// What the commands that serve have in common: they outlive the readers of their output.
#pragma once

#include <functional>

#include "cli/command.h"
#include "control/event.h"

namespace headroom::cli {

/// `--log-format text|json`, how they tell what happens.
void add_log_format(CLI::App& command, control::LogFormat& format);

/// Runs `body` to its end. A reader of standard output or error that leaves or stalls does not end
/// or stop it, and its error is said like all it said before: what nobody reads is not waited for.
[[nodiscard]] Exit serve(control::LogFormat format, const std::function<Result<>()>& body);

}  // namespace headroom::cli
