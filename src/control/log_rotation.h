// Log rotation: the signals that its recipes send, and what follows.
#pragma once

#include "gateway/gateway.h"
#include "spec/config.h"

namespace headroom::control {

[[nodiscard]] bool reopens_logs(int signal);

/// Apart from reloading: a file that became wrong must not keep a log from being rotated.
void reopen_logs(gateway::Gateway& gateway, const spec::Config& config);

}  // namespace headroom::control
