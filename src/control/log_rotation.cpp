// Opening the access log again, and saying so.
#include "control/log_rotation.h"

#include <signal.h>

#include "control/say.h"

namespace headroom::control {

bool reopens_logs(int signal) {
  return signal == SIGHUP || signal == SIGUSR1 || signal == SIGUSR2;
}

void reopen_logs(gateway::Gateway& gateway, const spec::Config& config) {
  const std::string& path = config.gateway.access_log;
  if (path.empty() || path == "-") return;
  if (const Result<> reopened = gateway.reopen_log(); !reopened)
    say(Level::error, "{}; the file that was open goes on", reopened.error().message);
  else
    say(Level::info, "reopened {}", path);
}

}  // namespace headroom::control
