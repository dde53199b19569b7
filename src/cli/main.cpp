// The program `headroom`: finds the subcommand, runs it, turns errors into a sentence and a code.
#include <CLI/CLI.hpp>
#include <exception>

#include "cli/command.h"
#include "cli/usage.h"
#include "core/text.h"

namespace headroom::cli {
namespace {

void add_commands(CLI::App& app, Action& chosen) {
  add_check(app, chosen);
  add_compare(app, chosen);
  add_explain(app, chosen);
  add_replay(app, chosen);
  add_report(app, chosen);
  add_top(app, chosen);
  add_gateway(app, chosen);
  add_load(app, chosen);
  add_run(app, chosen);
  add_simulate(app, chosen);
  add_tune(app, chosen);
}

int report(const Error& error) {
  // Whoever made the message shortened what it quotes; nothing in it may command the terminal.
  std::fprintf(stderr, "headroom: %s\n", printable_lines(error.message).c_str());
  return static_cast<int>(exit_for(error));
}

int run(int argc, char** argv) {
  CLI::App app("Keeps services inside their latency objective at the lowest cost.", "headroom");
  app.set_version_flag("--version", "headroom " HEADROOM_VERSION);
  app.require_subcommand(1);
  Action chosen;
  add_commands(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    return report({ErrorCode::invalid, usage_message(app, error.what())});
  }
  const Result<Exit> outcome = chosen();
  return outcome ? static_cast<int>(*outcome) : report(outcome.error());
}

}  // namespace
}  // namespace headroom::cli

int main(int argc, char** argv) {
  using namespace headroom;
  try {
    return cli::run(argc, argv);
  } catch (const std::exception& error) {  // from bought libraries only: our failures are values
    std::fprintf(stderr, "headroom: unexpected failure: %s\n", error.what());
    return static_cast<int>(cli::Exit::failed);
  }
}
