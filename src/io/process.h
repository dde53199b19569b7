// Starting a program as its own session, and holding it by a pidfd until it has ended.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "io/fd.h"
#include "io/program.h"

namespace headroom::io {

struct ProcessOptions {
  std::vector<std::string> argv = {};         // [0] is the program; without '/', searched in PATH
  std::vector<std::string> environment = {};  // "NAME=value", complete: nothing is inherited
  std::string cwd = {};                       // empty: this process's own
  std::optional<User> user = {};              // switched to before the program runs; needs root
  int open_files = 0;  // RLIMIT_NOFILE; 0: as this process before it raised its own
  int cgroup = -1;     // cgroup.procs of the one that it joins; -1: that of this process
  int output = -1;     // standard output and error; -1: discarded
};

/// A process that someone else may have started; `pidfd` becomes readable when it has ended.
struct Process {
  pid_t pid = 0;
  Fd pidfd;
};

/// Runs a program in a new session, so that its process group is its pid and a closing terminal
/// does not reach it. It has default signal actions, an empty signal mask, /dev/null as its input
/// and no other descriptor of this process. It outlives this process.
/// Errors say in a sentence why the program does not run: not found, not executable, no such user.
[[nodiscard]] Result<Process> spawn(const ProcessOptions& options);

/// Whether spawn() would succeed: everything is done as there, and the program is ended before its
/// first instruction. Where the system lets nobody be traced, what only running it would show
/// remains open.
[[nodiscard]] Result<> rehearse(const ProcessOptions& options);

/// Holds a running process. ErrorCode::not_found when there is none of that number.
[[nodiscard]] Result<Process> hold_process(pid_t pid);

/// To this very process; a number that was reused is never hit. False when it has ended.
bool send_signal(const Process& process, int signal);

/// To every member of a process group. False when there is none.
bool send_signal_to_group(pid_t group, int signal);

/// How a process ended. Not known when another process was its parent.
struct ExitStatus {
  bool known = false;
  bool by_signal = false;
  int value = 0;  // exit status or signal

  /// "exited with status 3", "was killed by SIGKILL", "ended".
  [[nodiscard]] std::string text() const;
};

/// Whether it is this process's child, ended or not, that nobody has reaped: then its number, and
/// that of the group it leads, cannot be anybody else's.
[[nodiscard]] bool is_child(const Process& process);

/// When it is a child of this process, its end is for whoever holds it to reap(). What spawn()
/// started is claimed from the start. Ends with reap().
void claim(const Process& process);
/// Nobody holds it any more: it ends like an orphan.
void disclaim(const Process& process);
[[nodiscard]] bool is_claimed(pid_t pid);

/// Whether a process has ended. Its number stays taken until reap() when it is our own child.
[[nodiscard]] bool has_ended(const Process& process);

/// Frees the number of an ended child and says how it ended.
ExitStatus reap(const Process& process);

}  // namespace headroom::io
