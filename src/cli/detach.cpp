// A grandchild that outlives this process.
#include "cli/detach.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "io/fd.h"

namespace headroom::cli {
namespace {

std::unexpected<Error> failure() {
  return fail(ErrorCode::io,
              fmt::format("cannot go on in the background: {}", std::strerror(errno)));
}

/// The first byte is what this process ends with. None: the other one has died.
Exit told_by(const io::Fd& grandchild) {
  char exit = 0;
  ssize_t count = 0;
  while ((count = read(grandchild.get(), &exit, 1)) < 0 && errno == EINTR) continue;
  return count == 1 ? static_cast<Exit>(exit) : Exit::failed;
}

void tell(const io::Fd& grandparent, Exit exit) {
  const char byte = static_cast<char>(exit);
  (void)!write(grandparent.get(), &byte, 1);  // once it has returned, nobody reads
}

}  // namespace

/// By way of a child that ends at once: whoever adopts orphans, systemd for one, is the parent from
/// the beginning, and does not take its main process for somebody else's.
Result<Exit> detached(const std::function<Exit(const std::function<void()>& serving)>& body) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return failure();
  const io::Fd reading(ends[0]);
  io::Fd writing(ends[1]);
  const pid_t child = fork();
  if (child < 0) return failure();
  if (child > 0) {
    writing.reset();
    while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) continue;
    return told_by(reading);
  }
  setsid();
  if (fork() != 0) _exit(0);
  const io::Fd nothing(open("/dev/null", O_RDONLY | O_CLOEXEC));
  dup2(nothing.get(), STDIN_FILENO);
  const Exit exit = body([&] { tell(writing, Exit::done); });
  tell(writing, exit);
  return exit;
}

}  // namespace headroom::cli
