// Inotify watches on the folders that lead to one file.
#include "io/watch.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/inotify.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <filesystem>

namespace headroom::io {
namespace {

namespace fs = std::filesystem;

constexpr int links_max = 40;
constexpr std::uint32_t itself = IN_MOVE_SELF | IN_DELETE_SELF;
// Not IN_MODIFY: a file is complete when its writer closes it.
constexpr std::uint32_t inside =
    itself | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE;

void note(std::vector<WatchedFolder>& way, const fs::path& folder, std::uint32_t events) {
  struct stat info{};
  if (stat(folder.c_str(), &info) != 0) return;
  const auto known = std::ranges::find(way, folder.string(), &WatchedFolder::path);
  if (known != way.end())
    known->events |= events;
  else
    way.push_back({folder.string(), info.st_dev, info.st_ino, events});
}

/// Puts the parts of `path` before those that are left to go.
void go_by(std::deque<fs::path>& parts, const fs::path& path) {
  const fs::path relative = path.relative_path();
  parts.insert(parts.begin(), relative.begin(), relative.end());
}

}  // namespace

std::vector<WatchedFolder> folders_on_the_way(const std::string& path) {
  std::vector<WatchedFolder> way;
  std::deque<fs::path> parts;
  go_by(parts, path);
  fs::path here = "/";
  int links = 0;
  while (!parts.empty()) {
    const fs::path part = parts.front();
    parts.pop_front();
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      here = here.parent_path();
      continue;
    }
    std::error_code error;
    const fs::file_status status = fs::symlink_status(here / part, error);
    const bool through = fs::is_directory(status) && !parts.empty();
    note(way, here, through ? itself : inside);
    if (fs::is_symlink(status) && ++links <= links_max) {
      const fs::path target = fs::read_symlink(here / part, error);
      if (target.is_absolute()) here = "/";
      go_by(parts, target);
    } else if (through) {
      here /= part;
    } else {
      break;  // the file, or what should lead on and does not
    }
  }
  return way;
}

Result<std::unique_ptr<FileWatch>> FileWatch::create(Loop& loop, const std::string& path,
                                                     std::function<void()> on_change) {
  std::string folder = fs::path(path).parent_path().string();
  if (folder.empty()) folder = ".";
  if (struct stat info{}; stat(folder.c_str(), &info) != 0)
    return fail(ErrorCode::io,
                fmt::format("cannot watch folder {}: {}", folder, std::strerror(errno)));
  std::error_code ignored;
  std::unique_ptr<FileWatch> watch(
      new FileWatch(loop, fs::absolute(path, ignored).string(), std::move(on_change)));
  TRY(watch->follow());
  watch->told_ = watch->last_ = watch->read_signature();
  return watch;
}

FileWatch::FileWatch(Loop& loop, std::string path, std::function<void()> on_change)
    : loop_(loop),
      path_(std::move(path)),
      on_change_(std::move(on_change)),
      quiet_timer_([this] { settle(); }) {}

FileWatch::~FileWatch() {
  if (fd_) loop_.remove(fd_.get(), *this);
}

/// Watches the folders that lead to the file now. Another way may be laid while they are being
/// watched, so they are looked up again until they stay the same. What cannot be watched for want
/// of permission is left out, unless something is expected to change in it.
Result<> FileWatch::follow() {
  constexpr int tries = 10;
  for (int i = 0; i < tries; ++i) {
    std::vector<WatchedFolder> way = folders_on_the_way(path_);
    if (fd_ && way == way_) return {};
    Fd fd(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    for (const WatchedFolder& folder : way)
      if (inotify_add_watch(fd.get(), folder.path.c_str(), folder.events) < 0 &&
          (folder.events & ~itself) != 0 && errno != ENOENT)
        return fail(ErrorCode::io,
                    fmt::format("cannot watch folder {}: {}", folder.path, std::strerror(errno)));
    TRY(loop_.add(fd.get(), EPOLLIN, *this));
    if (fd_) loop_.remove(fd_.get(), *this);
    fd_ = std::move(fd);
    way_ = std::move(way);
  }
  return {};
}

void FileWatch::on_events(std::uint32_t /*events*/) {
  alignas(inotify_event) char buffer[4096];
  while (read(fd_.get(), buffer, sizeof buffer) > 0) {
  }
  look();
}

/// Every event counts: which names lead to the file is not compared. So that other files of a busy
/// folder do not keep it waiting, it is the file that must be quiet. While it is absent, or the way
/// to it cannot be watched, this is repeated every `quiet`.
void FileWatch::look() {
  const bool follows = follow().has_value();
  const Signature current = read_signature();
  const bool changed = current != last_;
  last_ = current;
  if (changed || !quiet_timer_.armed())
    if (current != told_ || !follows) loop_.arm(quiet_timer_, quiet);
}

void FileWatch::settle() {
  const Signature current = read_signature();
  if (current != last_ || current == told_ || current.size < 0) return look();
  told_ = current;
  on_change_();
}

FileWatch::Signature FileWatch::read_signature() const {
  struct stat info{};
  if (stat(path_.c_str(), &info) != 0) return {};
  return {info.st_dev, info.st_ino, info.st_size,
          info.st_mtim.tv_sec * 1'000'000'000LL + info.st_mtim.tv_nsec};
}

}  // namespace headroom::io
