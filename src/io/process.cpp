// Starting programs (vfork and exec), pidfds and exit statuses.
#include "io/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <set>
#include <string_view>

#include "io/descriptors.h"

namespace headroom::io {
namespace {

/// What the child reports before it gives up.
enum class Stage : int { session, output, limits, user, cwd, tracing, program };
struct Failure {
  Stage stage = Stage::program;
  int error = 0;
};

/// Everything the child needs, made before it exists: between vfork and exec it shares our memory
/// and may only make system calls.
struct Child {
  const char* program = nullptr;
  char* const* argv = nullptr;
  char* const* environment = nullptr;
  const char* cwd = nullptr;
  const User* user = nullptr;
  rlimit descriptors{};
  int cgroup = -1;
  int input = -1;
  int output = -1;
  int report = -1;
  bool stopped = false;  // before the program's first instruction
};

[[noreturn]] void give_up(const Child& child, Stage stage) {
  const Failure failure{stage, errno};
  (void)!write(child.report, &failure, sizeof failure);
  _exit(127);
}

void reset_signals() {
  struct sigaction action{};
  action.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) sigaction(signal, &action, nullptr);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// Soft and hard the same.
rlimit both(std::int64_t value) {
  return {static_cast<rlim_t>(value), static_cast<rlim_t>(value)};
}

/// By bare system calls: the C library's would switch every thread of the memory we share.
bool become(const User& user) {
  return syscall(SYS_setgroups, user.groups.size(), user.groups.data()) == 0 &&
         syscall(SYS_setresgid, user.gid, user.gid, user.gid) == 0 &&
         syscall(SYS_setresuid, user.uid, user.uid, user.uid) == 0;
}

[[noreturn]] void run_child(const Child& child) {
  if (setsid() < 0) give_up(child, Stage::session);
  reset_signals();
  if (dup2(child.input, 0) < 0 || dup2(child.output, 1) < 0 || dup2(child.output, 2) < 0)
    give_up(child, Stage::output);
  // A library may have opened a descriptor that exec would pass on.
  (void)syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
  if (setrlimit(RLIMIT_NOFILE, &child.descriptors) != 0) give_up(child, Stage::limits);
  // As this process's user: "0" is whoever writes it.
  if (child.cgroup >= 0 && write(child.cgroup, "0", 1) != 1) give_up(child, Stage::limits);
  if (child.user != nullptr && !become(*child.user)) give_up(child, Stage::user);
  if (child.cwd != nullptr && chdir(child.cwd) != 0) give_up(child, Stage::cwd);
  if (child.stopped && ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0)
    give_up(child, Stage::tracing);
  execve(child.program, child.argv, child.environment);
  give_up(child, Stage::program);
}

/// vfork rather than fork: copying the page tables of a busy gateway would stall its workers.
/// Signals stay blocked meanwhile, so that no handler of ours runs in the child.
pid_t start(const Child& child) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = vfork();
  if (pid == 0) run_child(child);
  const int error = errno;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return pid;
}

/// Children that are somebody's to reap: whoever looks after orphans leaves them alone. For the
/// whole process, because its children are: the one table that threads share.
struct Claims {
  std::mutex mutex;
  std::set<pid_t> pids;
};

Claims& claims() {
  static Claims table;
  return table;
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (const std::string& text : texts) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

std::string search_path_of(const std::vector<std::string>& environment) {
  for (const std::string& entry : environment)
    if (entry.starts_with("PATH=")) return entry.substr(5);
  return "/usr/local/bin:/usr/bin:/bin";
}

std::string why_not_run(const std::string& path, int error) {
  if (error == ENOENT) return "the interpreter that its first line names does not exist";
  if (error == ENOEXEC) return "it is not a program for this machine";
  if (error == EACCES) return "it is not executable for this user";
  if (error == ETXTBSY) return "it is being written";
  return fmt::format("{} ({})", std::strerror(error), path);
}

Error explain(const ProcessOptions& options, const std::string& path, Failure failure) {
  const std::string& program = options.argv[0];
  const char* system = std::strerror(failure.error);
  const auto code = failure.error == EPERM || failure.error == EACCES ? ErrorCode::permission
                                                                      : ErrorCode::invalid;
  switch (failure.stage) {
    case Stage::session:
    case Stage::output:
      return {ErrorCode::io, fmt::format("cannot run '{}': {}", program, system)};
    case Stage::limits:
      return {code, fmt::format("cannot run '{}': its limits cannot be set: {}", program, system)};
    case Stage::user:
      return {code, fmt::format("cannot run '{}' as user '{}': {}", program, options.user->name,
                                failure.error == EPERM ? "only root can switch users" : system)};
    case Stage::cwd:
      return {code,
              fmt::format("cannot run '{}': its folder {}: {}", program, options.cwd, system)};
    case Stage::tracing:
      return {ErrorCode::unavailable, "it cannot be stopped before it runs"};
    case Stage::program:
      break;
  }
  return {code, fmt::format("cannot run '{}': {}", program, why_not_run(path, failure.error))};
}

/// A child that runs the program, or is `stopped` before the program's first instruction.
Result<pid_t> start_program(const ProcessOptions& options, bool stopped) {
  CHECK(!options.argv.empty());
  const std::string path =
      TRY(find_program(options.argv[0], search_path_of(options.environment), options.cwd));
  const std::vector<char*> argv = pointers(options.argv);
  const std::vector<char*> environment = pointers(options.environment);
  const Fd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  int ends[2] = {-1, -1};
  if (!null || pipe2(ends, O_CLOEXEC) != 0)
    return fail(ErrorCode::io,
                fmt::format("cannot run '{}': {}", options.argv[0], std::strerror(errno)));
  const Fd reading(ends[0]);
  Fd writing(ends[1]);

  const Child child{.program = path.c_str(),
                    .argv = argv.data(),
                    .environment = environment.data(),
                    .cwd = options.cwd.empty() ? nullptr : options.cwd.c_str(),
                    .user = options.user ? &*options.user : nullptr,
                    .descriptors = options.open_files > 0 ? both(options.open_files)
                                                          : descriptor_limit_of_children(),
                    .cgroup = options.cgroup,
                    .input = null.get(),
                    .output = options.output >= 0 ? options.output : null.get(),
                    .report = writing.get(),
                    .stopped = stopped};
  const pid_t pid = start(child);
  if (pid < 0)
    return fail(ErrorCode::io,
                fmt::format("cannot run '{}': {}", options.argv[0], std::strerror(errno)));
  writing.reset();
  Failure failure;
  if (read(reading.get(), &failure, sizeof failure) == sizeof failure) {
    waitpid(pid, nullptr, 0);
    return std::unexpected(explain(options, path, failure));
  }
  return pid;
}

}  // namespace

Result<Process> spawn(const ProcessOptions& options) {
  const pid_t pid = TRY(start_program(options, false));
  auto held = hold_process(pid);
  if (held) {
    claim(*held);
  } else {  // out of descriptors: a process that cannot be watched must not stay
    send_signal_to_group(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
  }
  return held;
}

Result<> rehearse(const ProcessOptions& options) {
  const Result<pid_t> pid = start_program(options, true);
  if (!pid) {
    if (pid.error().code == ErrorCode::unavailable) return {};
    return std::unexpected(pid.error());
  }
  kill(*pid, SIGKILL);
  int status = 0;
  while (waitpid(*pid, &status, 0) == *pid && WIFSTOPPED(status)) continue;
  return {};
}

Result<Process> hold_process(pid_t pid) {
  // Bare system calls: the header of glibc 2.36 declares the wrappers with C++ linkage.
  Fd fd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (fd) return Process{pid, std::move(fd)};
  return fail(errno == ESRCH ? ErrorCode::not_found : ErrorCode::io,
              fmt::format("cannot hold process {}: {}", pid, std::strerror(errno)));
}

bool send_signal(const Process& process, int signal) {
  return syscall(SYS_pidfd_send_signal, process.pidfd.get(), signal, nullptr, 0) == 0;
}

bool send_signal_to_group(pid_t group, int signal) {
  CHECK(group > 1);  // 0 and -1 would mean ourselves and everybody
  return kill(-group, signal) == 0;
}

std::string ExitStatus::text() const {
  if (!known) return "ended";
  if (!by_signal) return fmt::format("exited with status {}", value);
  const char* name = sigabbrev_np(value);
  return fmt::format("was killed by SIG{}", name != nullptr ? name : std::to_string(value).c_str());
}

bool has_ended(const Process& process) {
  pollfd event{process.pidfd.get(), POLLIN, 0};
  return poll(&event, 1, 0) == 1;
}

bool is_child(const Process& process) {
  siginfo_t info{};
  const auto id = static_cast<id_t>(process.pidfd.get());
  return waitid(P_PIDFD, id, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

void claim(const Process& process) {
  if (!is_child(process)) return;  // its number may become that of another child
  const std::lock_guard lock(claims().mutex);
  claims().pids.insert(process.pid);
}

void disclaim(const Process& process) {
  if (!is_child(process)) return;
  const std::lock_guard lock(claims().mutex);
  claims().pids.erase(process.pid);
}

bool is_claimed(pid_t pid) {
  const std::lock_guard lock(claims().mutex);
  return claims().pids.contains(pid);
}

ExitStatus reap(const Process& process) {
  siginfo_t info{};
  const auto id = static_cast<id_t>(process.pidfd.get());
  // One step under the lock: the number may be another child's as soon as it is free.
  const std::lock_guard lock(claims().mutex);
  if (waitid(P_PIDFD, id, &info, WEXITED | WNOHANG) != 0) return {};
  if (info.si_pid == 0) return {};
  claims().pids.erase(info.si_pid);
  return {.known = true, .by_signal = info.si_code != CLD_EXITED, .value = info.si_status};
}

}  // namespace headroom::io
