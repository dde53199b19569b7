// Serving with standard error in a thread's hands.
#include "cli/serve.h"

#include <signal.h>

#include "control/say.h"

namespace headroom::cli {
namespace {

/// For the last lines, where standard error is not being read.
constexpr Duration last_lines_longest = std::chrono::seconds(1);

}  // namespace

Exit serve(const std::function<Result<>()>& body) {
  signal(SIGPIPE, SIG_IGN);
  const Result<> outcome = body();
  if (!outcome) control::say("{}", outcome.error().message);
  control::finish_saying(last_lines_longest);
  return outcome ? Exit::done : exit_for(outcome.error());
}

}  // namespace headroom::cli
