// Lock and numbers of a state folder.
#include "control/supervisor/state_dir.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "io/file.h"

namespace headroom::supervisor {
namespace {

namespace fs = std::filesystem;

std::string read_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::unexpected<Error> cannot_make(const std::string& path, int error) {
  return fail(ErrorCode::io,
              fmt::format("cannot make the state folder {}: {}", path, std::strerror(error)));
}

std::unexpected<Error> cannot_write(const std::string& path, int error) {
  return fail(ErrorCode::permission,
              fmt::format("cannot write {}: {}", path, std::strerror(error)));
}

}  // namespace

Result<> StateDir::check(const std::string& path) {
  std::error_code ignored;
  const bool there = fs::is_directory(path, ignored);
  const std::string lock = fs::weakly_canonical(path, ignored).string() + "/lock";
  const int error = there ? io::why_not_writable(lock) : io::why_not_fillable(path);
  if (error == 0) return {};
  return there ? cannot_write(lock, error) : cannot_make(path, error);
}

Result<std::unique_ptr<StateDir>> StateDir::open(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return cannot_make(path, error.value());
  const std::string real = fs::canonical(path, error).string();
  struct stat info{};
  if (real.empty() || stat(real.c_str(), &info) != 0) return cannot_make(path, error.value());
  const std::string lock_path = real + "/lock";
  io::Fd lock(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!lock) return cannot_write(lock_path, errno);
  if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
    return fail(ErrorCode::unavailable,
                fmt::format("another headroom (process {}) already runs with state folder {}",
                            read_line(lock_path), real));
  const std::string pid = fmt::format("{}\n", getpid());
  (void)!ftruncate(lock.get(), 0);
  (void)!pwrite(lock.get(), pid.data(), pid.size(), 0);
  std::unique_ptr<StateDir> state(new StateDir(
      real, fmt::format("{}@{:x}:{}", real, info.st_dev, info.st_ino), std::move(lock)));
  state->read_numbers();
  return state;
}

StateDir::StateDir(std::string path, std::string owner, io::Fd lock)
    : path_(std::move(path)), owner_(std::move(owner)), lock_(std::move(lock)) {}

std::int64_t StateDir::next_number(const std::string& service) {
  const std::int64_t number = ++given_[service];
  write_numbers();
  return number;
}

void StateDir::mark_given(const std::string& service, std::int64_t number) {
  std::int64_t& highest = given_[service];
  highest = std::max(highest, number);
}

void StateDir::read_numbers() {
  std::ifstream file(path_ + "/replicas");
  std::string service;
  std::int64_t number = 0;
  while (file >> service >> number) given_[service] = number;
}

/// Written beside and renamed, so that a crash leaves the old or the new numbers. Not synced: a
/// machine that loses power has lost its replicas too.
void StateDir::write_numbers() {
  last_error_.clear();
  const std::string path = path_ + "/replicas";
  const std::string fresh = path + ".new";
  {
    std::ofstream file(fresh, std::ios::trunc);
    for (const auto& [service, number] : given_) file << service << ' ' << number << '\n';
    file.flush();
    if (!file) last_error_ = fmt::format("cannot write {}: {}", fresh, std::strerror(errno));
  }
  std::error_code error;
  if (last_error_.empty()) fs::rename(fresh, path, error);
  if (error) last_error_ = fmt::format("cannot write {}: {}", path, error.message());
}

}  // namespace headroom::supervisor
