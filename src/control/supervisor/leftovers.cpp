// One look at what replicas left behind.
#include "control/supervisor/leftovers.h"

#include <signal.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace headroom::supervisor {

Leftovers::Leftovers(io::Loop& loop, std::string owner,
                     std::function<std::vector<Replica*>()> replicas)
    : loop_(loop),
      owner_(std::move(owner)),
      replicas_(std::move(replicas)),
      timer_([this] { look(); }) {}

void Leftovers::look_soon(bool everywhere) {
  everywhere_ = everywhere_ || everywhere;
  loop_.arm(timer_, Duration{0});
}

bool Leftovers::everywhere_is_due() {
  if (!everywhere_) return false;
  const Instant now = loop_.now();
  if (now < everywhere_not_before_) {
    loop_.arm(timer_, everywhere_not_before_ - now);
    return false;
  }
  everywhere_ = false;
  everywhere_not_before_ = now + between_everywhere;
  ++looks_everywhere_;
  return true;
}

void Leftovers::look() {
  const bool everywhere = everywhere_is_due();
  std::vector<ReplicaProcess> found = processes_among_orphans(owner_);
  if (everywhere) std::ranges::move(processes_everywhere(owner_), std::back_inserter(found));
  const std::vector<Replica*> replicas = replicas_();
  for (ReplicaProcess& process : found) {
    Replica* replica = replica_of(process, replicas);
    // An orphan without an identity may be anybody's: of a shell in the same container, say.
    const bool left = replica == nullptr ? process.identity.has_value() : replica->is_over();
    if (left)
      io::send_signal(process.process, SIGKILL);
    else if (replica != nullptr && process.stat.group == replica->group())
      replica->watch(std::move(process.process));
  }
  for (Replica* replica : replicas) replica->looked(everywhere);
}

/// By its identity; one that has overwritten its environment by the number of its group, which is
/// nobody else's while the replica's first process, our child, is not reaped.
Replica* Leftovers::replica_of(const ReplicaProcess& process,
                               const std::vector<Replica*>& replicas) {
  const auto found = std::ranges::find_if(replicas, [&](const Replica* replica) {
    if (process.identity) return replica->id() == process.identity->replica;
    return replica->leads_own_group() && replica->group() == process.stat.group;
  });
  return found == replicas.end() ? nullptr : *found;
}

}  // namespace headroom::supervisor
