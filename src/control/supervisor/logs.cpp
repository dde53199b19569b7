// Files of replicas' output.
#include "control/supervisor/logs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace headroom::supervisor {
namespace {

namespace fs = std::filesystem;

/// Copies from `from` at `offset` to its end, wherever that is by then.
bool copy_rest(int from, off_t offset, int to) {
  char buffer[64 * 1024];
  for (;;) {
    const ssize_t count = pread(from, buffer, sizeof buffer, offset);
    if (count <= 0) return count == 0;
    if (write(to, buffer, static_cast<std::size_t>(count)) != count) return false;
    offset += count;
  }
}

}  // namespace

std::string Logs::path_of(const std::string& replica) const {
  return fmt::format("{}/{}.log", folder_, replica);
}

Result<io::Fd> Logs::open(const std::string& replica) const {
  std::error_code ignored;
  fs::create_directories(folder_, ignored);
  const std::string path = path_of(replica);
  io::Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640));
  if (fd) return fd;
  return fail(ErrorCode::io, fmt::format("cannot write {}: {}", path, std::strerror(errno)));
}

void Logs::rotate(const std::string& replica, std::int64_t limit) const {
  const std::string path = path_of(replica);
  struct stat info{};
  if (stat(path.c_str(), &info) != 0 || info.st_size <= limit) return;
  const io::Fd from(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  const std::string old = path + ".1";
  const io::Fd to(::open(old.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
  // A writer that is faster than our looks may have left much more: then the newest part is kept.
  // When nothing can be kept (a full disk), cutting is what helps most.
  const off_t offset = info.st_size > 2 * limit ? info.st_size - limit : 0;
  if (from && to) (void)copy_rest(from.get(), offset, to.get());
  if (from) (void)!ftruncate(from.get(), 0);
}

std::string Logs::tail(const std::string& replica) const {
  const io::Fd fd(::open(path_of(replica).c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info{};
  if (!fd || fstat(fd.get(), &info) != 0) return {};
  // One byte more: where that ends a line, what follows is whole.
  const off_t from = std::max<off_t>(0, info.st_size - tail_bytes_max - 1);
  std::string text(static_cast<std::size_t>(info.st_size - from), '\0');
  const ssize_t size = pread(fd.get(), text.data(), text.size(), from);
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  if (from > 0) text.erase(0, text.find('\n') + 1);
  return text;
}

void Logs::prune(const std::set<std::string>& living, std::size_t kept) const {
  std::vector<std::pair<fs::file_time_type, fs::path>> ended;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder_, error)) {
    if (entry.path().extension() != ".log") continue;
    if (!living.contains(entry.path().stem().string()))
      ended.emplace_back(entry.last_write_time(error), entry.path());
  }
  if (ended.size() <= kept) return;
  std::sort(ended.begin(), ended.end());
  ended.resize(ended.size() - kept);
  for (const auto& [time, path] : ended) {
    fs::remove(path, error);
    fs::remove(path.string() + ".1", error);
  }
}

}  // namespace headroom::supervisor
