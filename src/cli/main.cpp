// The program `headroom`: finds the subcommand, runs it, turns errors into a sentence and a code.
#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <system_error>

#include "cli/command.h"
#include "cli/usage.h"
#include "core/text.h"
#include "core/version.h"

namespace headroom::cli {
namespace {

void add_commands(CLI::App& app, Action& chosen) {
  add_check(app, chosen);
  add_compare(app, chosen);
  add_explain(app, chosen);
  add_forecast(app, chosen);
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

/// From bought libraries only: our failures are values.
int report(const std::exception& error) {
  const auto* system = dynamic_cast<const std::system_error*>(&error);
  if (system != nullptr && system->code() == std::errc::broken_pipe)
    return static_cast<int>(Exit::done);  // the reader had enough, and we inherited SIGPIPE ignored
  std::fprintf(stderr, "headroom: unexpected failure: %s\n", error.what());
  return static_cast<int>(Exit::failed);
}

int run(int argc, char** argv) {
  CLI::App app("Keeps services inside their latency objective at the lowest cost.", "headroom");
  app.set_version_flag("--version", "headroom " + std::string(version()));
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

/// Whoever started us without standard input, output or error would else find the first file or
/// socket we open there, and what we print in it.
void fill_standard_descriptors() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd)
    if (fcntl(fd, F_GETFD) < 0) (void)!open("/dev/null", O_RDWR);  // gets the lowest number free
}

}  // namespace
}  // namespace headroom::cli

int main(int argc, char** argv) {
  using namespace headroom;
  cli::fill_standard_descriptors();
  try {
    return cli::run(argc, argv);
  } catch (const std::exception& error) {
    return cli::report(error);
  }
}
