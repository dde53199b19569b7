// The names of reasons, as they stand in metrics.
#include "control/supervisor/tally.h"

namespace headroom::supervisor {

std::string_view name(ExitReason reason) {
  constexpr std::array<std::string_view, exit_reason_count> names{
      "not_needed", "outdated", "hung",   "retired", "exited",
      "error",      "signal",   "memory", "unknown"};
  return names[static_cast<std::size_t>(reason)];
}

std::string_view name(StartFailure reason) {
  constexpr std::array<std::string_view, start_failure_count> names{
      "not_run", "not_ready", "exited", "error", "signal", "memory", "unknown"};
  return names[static_cast<std::size_t>(reason)];
}

}  // namespace headroom::supervisor
