// Reading files with read(2), so that every cause of failure is known.
#include "io/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "core/text.h"
#include "io/fd.h"

namespace headroom::io {
namespace {

std::unexpected<Error> failure(const std::string& path, int error) {
  switch (error) {
    case ENOENT:
      return fail(ErrorCode::invalid, fmt::format("{}: no such file", path));
    case ENOTDIR:
      return fail(ErrorCode::invalid, fmt::format("{}: a part of the path is no folder", path));
    case EACCES:
      return fail(ErrorCode::invalid, fmt::format("{}: permission denied", path));
    case EISDIR:
      return fail(ErrorCode::invalid, fmt::format("{}: is a folder, not a file", path));
    default:
      return fail(ErrorCode::io, fmt::format("{}: {}", path, std::strerror(error)));
  }
}

}  // namespace

Result<std::string> read_file(const std::string& path, std::size_t bytes_max) {
  // O_NONBLOCK: a named pipe without a writer must not stop the program for ever.
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return failure(path, errno);
  struct stat about{};
  if (::fstat(file.get(), &about) != 0) return failure(path, errno);
  if (S_ISDIR(about.st_mode)) return failure(path, EISDIR);
  ::fcntl(file.get(), F_SETFL, 0);

  std::string content;
  std::array<char, 16384> buffer;
  while (true) {
    const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
    if (got == 0) return content;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failure(path, errno);
    content.append(buffer.data(), static_cast<std::size_t>(got));
    if (content.size() > bytes_max) {
      return fail(ErrorCode::invalid,
                  fmt::format("{}: larger than {}", path,
                              format_bytes(static_cast<std::int64_t>(bytes_max))));
    }
  }
}

}  // namespace headroom::io
