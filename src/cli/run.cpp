// `headroom run`: gateway, controller and supervisor in one process, for one machine.
#include <CLI/CLI.hpp>

#include "cli/detach.h"
#include "cli/serve.h"
#include "control/runtime.h"

namespace headroom::cli {
namespace {

struct Options {
  control::Runtime::Options runtime = {.file = "headroom.yaml"};
  bool detach = false;
  control::LogFormat log_format = control::LogFormat::text;
};

Exit run(const Options& options, const std::function<void()>& serving) {
  return serve(options.log_format, [&]() -> Result<> {
    control::Runtime::Options of_runtime = options.runtime;
    of_runtime.on_serving = serving;
    control::Runtime runtime(std::move(of_runtime));
    TRY(runtime.start());
    return runtime.run();
  });
}

Result<Exit> run_or_detach(const Options& options) {
  if (!options.detach) return run(options, {});
  return detached([&](const std::function<void()>& serving) { return run(options, serving); });
}

}  // namespace

void add_run(CLI::App& app, Action& chosen) {
  auto* command = app.add_subcommand(
      "run", "Run services on this machine: front door, replicas as demand needs them, journal");
  auto options = std::make_shared<Options>();
  command->add_option("-f,--file", options->runtime.file, "headroom.yaml")->capture_default_str();
  command->add_flag("--upgrade", options->runtime.upgrade,
                    "take over sockets and replicas from the headroom that is running, without "
                    "refusing a connection");
  command->add_flag("--detach", options->detach,
                    "return once it serves (with --upgrade: has taken over) and go on in the "
                    "background; fails as it does");
  add_log_format(*command, options->log_format);
  command->callback([&chosen, options] { chosen = [options] { return run_or_detach(*options); }; });
}

}  // namespace headroom::cli
