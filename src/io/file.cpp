// Reading files with read(2), so that every cause of failure is known; asking before writing.
#include "io/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

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

/// As this process's effective user; a file system that is read-only counts too.
int why_no_access(const std::string& path, int mode) {
  return ::faccessat(AT_FDCWD, path.c_str(), mode, AT_EACCESS) == 0 ? 0 : errno;
}

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
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

int why_not_writable(const std::string& path) {
  struct stat about{};
  if (::stat(path.c_str(), &about) == 0)
    return S_ISDIR(about.st_mode) ? EISDIR : why_no_access(path, W_OK);
  return errno == ENOENT ? why_no_access(folder_of(path), W_OK | X_OK) : errno;
}

int why_not_fillable(const std::string& path) {
  struct stat about{};
  if (::stat(path.c_str(), &about) == 0)
    return S_ISDIR(about.st_mode) ? why_no_access(path, W_OK | X_OK) : ENOTDIR;
  return errno == ENOENT && folder_of(path) != path ? why_not_fillable(folder_of(path)) : errno;
}

Result<> check_replaceable(const std::string& path, std::string_view beginning) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat about{};
  if (!file || ::fstat(file.get(), &about) != 0 || !S_ISREG(about.st_mode)) return {};
  std::string found(beginning.size(), '\0');
  const ssize_t got = ::pread(file.get(), found.data(), found.size(), 0);
  if (got <= 0 || found.starts_with(beginning)) return {};
  return fail(ErrorCode::invalid,
              fmt::format("{} is there and holds something else than what would replace it: name "
                          "another file, or remove it",
                          path));
}

}  // namespace headroom::io
