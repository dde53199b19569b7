// Serving with standard error in a thread's hands.
#include "cli/serve.h"

#include <signal.h>

#include <CLI/CLI.hpp>
#include <map>

#include "control/say.h"

namespace headroom::cli {
namespace {

/// For the last lines, where standard error is not being read.
constexpr Duration last_lines_longest = std::chrono::seconds(1);

}  // namespace

void add_log_format(CLI::App& command, control::LogFormat& format) {
  const std::map<std::string, control::LogFormat> formats = {{"text", control::LogFormat::text},
                                                             {"json", control::LogFormat::json}};
  command
      .add_option("--log-format", format, "of standard error: text for people, json for programs")
      ->transform(CLI::CheckedTransformer(formats).description("{text,json}"))
      ->type_name("TEXT")
      ->default_str("text");
}

Exit serve(control::LogFormat format, const std::function<Result<>()>& body) {
  control::say_as(format);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);  // a file that may not grow any more is as one on a full disk
  const Result<> outcome = body();
  if (!outcome) control::say(control::Level::error, "{}", outcome.error().message);
  control::finish_saying(last_lines_longest);
  return outcome ? Exit::done : exit_for(outcome.error());
}

}  // namespace headroom::cli
