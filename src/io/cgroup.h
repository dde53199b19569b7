// Limits that the kernel keeps: cgroup v2, in the part of its tree that this process may divide.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "io/fd.h"

namespace headroom::io {

/// The folder of a process's cgroup, from the content of its /proc/PID/cgroup and of
/// /proc/self/mountinfo. Nothing where cgroup v2 is not mounted, or only another part of its tree.
[[nodiscard]] std::optional<std::string> cgroup_folder(std::string_view proc_cgroup,
                                                       std::string_view mountinfo);

/// Whether the content of cgroup.controllers or cgroup.subtree_control has this one.
[[nodiscard]] bool lists_controller(std::string_view content, std::string_view name);

/// From the content of memory.max; nothing for "max".
[[nodiscard]] std::optional<std::int64_t> parse_memory_limit(std::string_view content);

/// The content of cpu.max for so many cores.
[[nodiscard]] std::string cpu_max_text(double cores);

/// From the content of memory.events: the kernel has killed somebody for want of memory.
[[nodiscard]] bool tells_of_oom_kill(std::string_view memory_events);

struct CgroupLimits {
  std::int64_t memory_bytes = 0;  // 0: none
  double cpu_cores = 0;           // 0: none
};

/// One cgroup, known by its folder.
class Cgroup {
 public:
  explicit Cgroup(std::string folder) : folder_(std::move(folder)) {}
  /// The one that a process is in.
  [[nodiscard]] static std::optional<Cgroup> of(pid_t pid);

  [[nodiscard]] const std::string& folder() const { return folder_; }
  /// The last part of its path.
  [[nodiscard]] std::string name() const;

  /// cgroup.procs: a process that writes "0" there is in it.
  [[nodiscard]] Result<Fd> entrance() const;
  /// What it limits memory to; nothing when it does not.
  [[nodiscard]] std::optional<std::int64_t> memory_limit() const;
  /// Somebody in it was killed because its memory was used up.
  [[nodiscard]] bool ran_out_of_memory() const;
  /// Kills whoever is in it and removes it, if they are gone by now; see CgroupTree::sweep().
  void end() const;

 private:
  std::string folder_;
};

/// The cgroup of this process as the parent of others. Processes and limits for children exclude
/// each other in one cgroup, so this process moves into a child of its own.
class CgroupTree {
 public:
  /// What may be had, with nothing changed. Errors say why nothing may.
  [[nodiscard]] static Result<CgroupTree> find();

  /// Moves this process and turns the controllers on. Errors leave everything as it was.
  [[nodiscard]] Result<> take();

  [[nodiscard]] bool limits_memory() const { return memory_; }
  [[nodiscard]] bool limits_cpu() const { return cpu_; }

  /// A child with those of the limits that can be had. Over its memory the whole of it is killed.
  [[nodiscard]] Result<Cgroup> make(const std::string& name, const CgroupLimits& limits) const;

  /// Removes children that nobody is in any more.
  void sweep() const;

 private:
  CgroupTree(std::string folder, bool memory, bool cpu)
      : folder_(std::move(folder)), memory_(memory), cpu_(cpu) {}
  [[nodiscard]] int turn_on() const;

  std::string folder_;
  bool memory_;
  bool cpu_;
};

/// Moves this process to where `pid` is, where it may. A later headroom follows an earlier one.
void join_cgroup_of(pid_t pid);

}  // namespace headroom::io
