// How a subcommand joins the program: it adds its options and, when chosen, sets what to run.
#pragma once

#include <functional>
#include <string>

#include "core/result.h"

namespace CLI {
class App;
}

namespace headroom::cli {

/// Exit codes of the whole program.
enum class Exit : int { done = 0, failed = 1, usage = 2, unmet = 3 };

/// Runs the chosen subcommand. Errors are printed by main as one sentence on standard error.
using Action = std::function<Result<Exit>()>;

void add_compare(CLI::App& app, Action& chosen);
void add_check(CLI::App& app, Action& chosen);
void add_explain(CLI::App& app, Action& chosen);
void add_forecast(CLI::App& app, Action& chosen);
void add_replay(CLI::App& app, Action& chosen);
void add_report(CLI::App& app, Action& chosen);
void add_top(CLI::App& app, Action& chosen);
void add_gateway(CLI::App& app, Action& chosen);
void add_load(CLI::App& app, Action& chosen);
void add_run(CLI::App& app, Action& chosen);
void add_simulate(CLI::App& app, Action& chosen);
void add_tune(CLI::App& app, Action& chosen);

/// The exit code that an error means.
[[nodiscard]] Exit exit_for(const Error& error);

}  // namespace headroom::cli
