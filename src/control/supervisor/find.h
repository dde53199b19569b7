// Finding the replicas that an earlier headroom left running.
#pragma once

#include <string>
#include <vector>

#include "control/supervisor/command.h"
#include "core/time.h"
#include "io/process.h"

namespace headroom::supervisor {

/// A replica found by the identity in its environment; held, so its pid cannot be another process.
struct FoundReplica {
  Identity identity;
  io::Process process;
  Duration age{};
};

struct Found {
  std::vector<FoundReplica> replicas;  // by number, so oldest first
  std::vector<io::Process> strays;     // processes of replicas whose leader has ended
};

/// Looks through /proc. A program that overwrites its environment cannot be found.
[[nodiscard]] Found find_replicas(const std::string& owner);

/// Every process that carries the identity of `replica`, in whatever process group.
[[nodiscard]] std::vector<io::Process> processes_of(const std::string& owner,
                                                    const std::string& replica);

}  // namespace headroom::supervisor
