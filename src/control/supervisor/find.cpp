// Replicas in /proc.
#include "control/supervisor/find.h"

#include <unistd.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "io/proc.h"

namespace headroom::supervisor {
namespace {

struct Member {
  Identity identity;
  io::Process process;
  io::ProcessStat stat;
};

std::optional<Member> member(pid_t pid, const std::string& owner) {
  const auto before = io::read_process_stat(pid);
  if (!before) return std::nullopt;
  auto identity = identity_in(io::read_environment(pid), owner);
  if (!identity) return std::nullopt;
  auto process = io::hold_process(pid);
  const auto after = io::read_process_stat(pid);
  // An equal start time means that what was read is about the process that is held.
  if (!process || !after || after->start_ticks != before->start_ticks) return std::nullopt;
  return Member{std::move(*identity), std::move(*process), *before};
}

std::vector<Member> members(const std::string& owner) {
  std::vector<Member> result;
  for (const pid_t pid : io::all_processes())
    if (pid != getpid())
      if (auto found = member(pid, owner)) result.push_back(std::move(*found));
  return result;
}

/// spawn() makes every replica the leader of its session; of several (a grandchild may have made
/// a session too) the first one that started is it.
bool leads_before(const Member& a, const Member& b) {
  const bool a_leads = a.stat.session == a.stat.pid;
  const bool b_leads = b.stat.session == b.stat.pid;
  if (a_leads != b_leads) return a_leads;
  return std::pair(a.stat.start_ticks, a.stat.pid) < std::pair(b.stat.start_ticks, b.stat.pid);
}

std::int64_t number_of(const Identity& identity) {
  return parse_replica_name(identity.replica)->number;  // identity_in() has checked it
}

}  // namespace

Found find_replicas(const std::string& owner) {
  std::map<std::string, std::vector<Member>> by_replica;
  for (Member& found : members(owner))
    by_replica[found.identity.replica].push_back(std::move(found));
  Found result;
  for (auto& [id, processes] : by_replica) {
    std::sort(processes.begin(), processes.end(), leads_before);
    Member& first = processes.front();
    if (first.stat.session == first.stat.pid) {
      result.replicas.push_back(
          {std::move(first.identity), std::move(first.process), io::age_of(first.stat)});
      continue;
    }
    for (Member& stray : processes) result.strays.push_back(std::move(stray.process));
  }
  std::sort(result.replicas.begin(), result.replicas.end(), [](const auto& a, const auto& b) {
    return number_of(a.identity) < number_of(b.identity);
  });
  return result;
}

std::vector<io::Process> processes_of(const std::string& owner, const std::string& replica) {
  std::vector<io::Process> result;
  for (Member& found : members(owner))
    if (found.identity.replica == replica) result.push_back(std::move(found.process));
  return result;
}

}  // namespace headroom::supervisor
