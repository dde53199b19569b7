// Adopting, listing and reaping orphans.
#include "io/process_orphans.h"

#include <sys/prctl.h>
#include <sys/wait.h>

#include "io/process.h"

namespace headroom::io {

void receive_orphans() {
  // Cannot fail on a kernel that has pidfds. Programs started from here do not inherit it.
  (void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

std::vector<ProcessStat> look_after_orphans() {
  std::vector<ProcessStat> living;
  for (const pid_t pid : own_children()) {
    if (is_claimed(pid)) continue;
    const auto stat = read_process_stat(pid);
    if (!stat) continue;
    // By its number and not "any child": the exit status of a claimed one is somebody's.
    if (stat->state == 'Z' && waitpid(pid, nullptr, WNOHANG) == pid) continue;
    living.push_back(*stat);
  }
  return living;
}

}  // namespace headroom::io
