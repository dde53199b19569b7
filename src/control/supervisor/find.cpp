// Processes of replicas in /proc.
#include "control/supervisor/find.h"

#include <unistd.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "io/process_orphans.h"

namespace headroom::supervisor {
namespace {

/// Holds the process that was read before; an equal start time means that it is still that one.
std::optional<ReplicaProcess> hold(std::optional<Identity> identity,
                                   const io::ProcessStat& before) {
  auto process = io::hold_process(before.pid);
  const auto after = io::read_process_stat(before.pid);
  if (!process || !after || after->start_ticks != before.start_ticks) return std::nullopt;
  return ReplicaProcess{std::move(identity), std::move(*process), before};
}

/// spawn() makes every replica the leader of its session; of several (a grandchild may have made
/// a session too) the first one that started is it.
bool leads_before(const ReplicaProcess& a, const ReplicaProcess& b) {
  const bool a_leads = a.stat.session == a.stat.pid;
  const bool b_leads = b.stat.session == b.stat.pid;
  if (a_leads != b_leads) return a_leads;
  return std::pair(a.stat.start_ticks, a.stat.pid) < std::pair(b.stat.start_ticks, b.stat.pid);
}

std::int64_t number_of(const Identity& identity) {
  return parse_replica_name(identity.replica)->number;  // identity_in() has checked it
}

}  // namespace

std::vector<FoundReplica> find_replicas(const std::string& owner) {
  std::map<std::string, std::vector<ReplicaProcess>> by_replica;
  for (ReplicaProcess& found : processes_everywhere(owner))
    by_replica[found.identity->replica].push_back(std::move(found));
  std::vector<FoundReplica> result;
  for (auto& [id, processes] : by_replica) {
    ReplicaProcess& first = *std::ranges::min_element(processes, leads_before);
    result.push_back({.identity = std::move(*first.identity),
                      .process = std::move(first.process),
                      .group = first.stat.group,
                      .leaderless = first.stat.session != first.stat.pid,
                      .age = io::age_of(first.stat)});
  }
  std::ranges::sort(result, {},
                    [](const FoundReplica& found) { return number_of(found.identity); });
  return result;
}

std::vector<ReplicaProcess> processes_everywhere(const std::string& owner) {
  std::vector<ReplicaProcess> result;
  for (const pid_t pid : io::all_processes()) {
    if (pid == getpid()) continue;
    const auto stat = io::read_process_stat(pid);
    if (!stat) continue;
    auto identity = identity_in(io::read_environment(pid), owner);
    if (!identity) continue;
    if (auto held = hold(std::move(identity), *stat)) result.push_back(std::move(*held));
  }
  return result;
}

std::vector<ReplicaProcess> processes_among_orphans(const std::string& owner) {
  std::vector<ReplicaProcess> result;
  for (const io::ProcessStat& stat : io::look_after_orphans()) {
    auto identity = identity_in(io::read_environment(stat.pid), owner);
    if (auto held = hold(std::move(identity), stat)) result.push_back(std::move(*held));
  }
  return result;
}

}  // namespace headroom::supervisor
