// `headroom run`: gateway, controller and supervisor in one process, for one machine.
#include <CLI/CLI.hpp>

#include "cli/serve.h"
#include "control/runtime.h"

namespace headroom::cli {

void add_run(CLI::App& app, Action& chosen) {
  auto* command = app.add_subcommand(
      "run", "Run services on this machine: front door, replicas as demand needs them, journal");
  auto options = std::make_shared<control::Runtime::Options>();
  options->file = "headroom.yaml";
  command->add_option("-f,--file", options->file, "headroom.yaml")->capture_default_str();
  command->add_flag("--upgrade", options->upgrade,
                    "take over sockets and replicas from the headroom that is running, without "
                    "refusing a connection");
  command->callback([&chosen, options] {
    chosen = [options]() -> Result<Exit> {
      return serve([&]() -> Result<> {
        control::Runtime runtime(*options);
        TRY(runtime.start());
        return runtime.run();
      });
    };
  });
}

}  // namespace headroom::cli
