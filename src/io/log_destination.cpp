// Writing lines without tearing them.
#include "io/log_destination.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <limits>

namespace headroom::io {
namespace {

/// Appending to a file is one step whatever its size; to a pipe (pipe(7)) up to PIPE_BUF, which
/// matters where standard output and standard error are the same pipe, or two processes share it.
std::size_t bytes_at_once(int fd) {
  struct stat about{};
  const bool is_file = ::fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
  return is_file ? std::numeric_limits<std::size_t>::max() : PIPE_BUF;
}

/// As many whole lines as fit, or one that does not.
std::string_view first_lines(std::string_view lines, std::size_t bytes_max) {
  if (lines.size() <= bytes_max) return lines;
  std::size_t end = lines.rfind('\n', bytes_max - 1);
  if (end == std::string_view::npos) end = lines.find('\n');
  return lines.substr(0, end + 1);
}

std::uint64_t count(std::string_view lines) {
  return static_cast<std::uint64_t>(std::ranges::count(lines, '\n'));
}

}  // namespace

LogDestination::LogDestination(Fd fd) : fd_(std::move(fd)), at_once_(bytes_at_once(fd_.get())) {}

std::uint64_t LogDestination::write(std::string_view lines) {
  begun_.erase(0, put(begun_));
  if (!begun_.empty()) return count(lines);
  while (!lines.empty()) {
    const std::string_view some = first_lines(lines, at_once_);
    const std::size_t written = put(some);
    lines.remove_prefix(written);
    if (written == some.size()) continue;
    if (written > 0 && some[written - 1] != '\n') {
      begun_ = lines.substr(0, lines.find('\n') + 1);
      lines.remove_prefix(begun_.size());
    }
    return count(lines);
  }
  return 0;
}

/// How many bytes went out before an error that waiting does not end.
std::size_t LogDestination::put(std::string_view bytes) {
  std::size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t now = ::write(fd_.get(), bytes.data() + written, bytes.size() - written);
    if (now >= 0) {
      error_ = 0;
      written += static_cast<std::size_t>(now);
    } else if (errno == EAGAIN) {  // somebody who shares the descriptor made it so
      pollfd event{fd_.get(), POLLOUT, 0};
      (void)::poll(&event, 1, -1);
    } else if (errno != EINTR) {
      error_ = errno;
      break;
    }
  }
  return written;
}

}  // namespace headroom::io
