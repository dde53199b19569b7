// What became of a service's replicas since this process began, by reason.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/time.h"

namespace headroom::supervisor {

/// Why a replica ended that did not fail to start. The first four are headroom's doing.
enum class ExitReason : std::uint8_t {
  not_needed,
  outdated,  // its command or program had changed
  hung,      // it did not answer
  retired,   // its service is no longer in the file, or headroom stops
  exited,    // by itself, with status 0
  error,     // by itself, with another status
  signal,    // killed by a signal that headroom did not send
  memory,    // killed for taking more than run.limits.memory
  unknown,   // by itself; another process was its parent
};
constexpr std::size_t exit_reason_count = 9;
[[nodiscard]] std::string_view name(ExitReason reason);

/// Why a replica did not start.
enum class StartFailure : std::uint8_t {
  not_run,    // the program, its user or a port was not to be had
  not_ready,  // it was not ready within run.ready_timeout
  exited,     // it ended before, with status 0
  error,      // with another status
  signal,     // killed by a signal
  memory,     // killed for taking more than run.limits.memory
  unknown,    // it ended before; another process was its parent
};
constexpr std::size_t start_failure_count = 7;
[[nodiscard]] std::string_view name(StartFailure reason);

struct Tally {
  std::array<std::uint64_t, exit_reason_count> exits{};
  std::array<std::uint64_t, start_failure_count> failed_starts{};
  std::uint64_t failed_in_a_row = 0;  // since one was ready or the version changed
  std::string last_error;             // of a replica or a start, one sentence; empty: none yet
  WallTime last_error_at{};

  void count(ExitReason reason) { ++exits[static_cast<std::size_t>(reason)]; }
  void count(StartFailure reason) {
    ++failed_starts[static_cast<std::size_t>(reason)];
    ++failed_in_a_row;
  }
};

}  // namespace headroom::supervisor
