// Finding the processes of replicas: in all of /proc, or among the orphans of this process.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "control/supervisor/command.h"
#include "core/time.h"
#include "io/proc.h"
#include "io/process.h"

namespace headroom::supervisor {

/// A replica found by the identity in its environment; held, so its pid cannot be another process.
struct FoundReplica {
  Identity identity;
  io::Process process;  // the leader of its session; another one when that has ended
  pid_t group = 0;
  bool leaderless = false;  // it was being stopped, or has crashed
  Duration age{};
};

/// The replicas that an earlier headroom left running, by number, so oldest first. Looks through
/// /proc. A program that overwrites its environment cannot be found.
[[nodiscard]] std::vector<FoundReplica> find_replicas(const std::string& owner);

/// One of the processes of a replica; held, as above.
struct ReplicaProcess {
  std::optional<Identity> identity;  // of the owner's; orphans may have none that can be read
  io::Process process;
  io::ProcessStat stat;
};

/// Every process that carries the identity of a replica of `owner`: reads all of /proc.
[[nodiscard]] std::vector<ReplicaProcess> processes_everywhere(const std::string& owner);

/// The orphans of this process, whoever left them; those that have ended are reaped.
[[nodiscard]] std::vector<ReplicaProcess> processes_among_orphans(const std::string& owner);

}  // namespace headroom::supervisor
