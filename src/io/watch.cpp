// An inotify watch on the folder of one file.
#include "io/watch.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/inotify.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace headroom::io {

Result<std::unique_ptr<FileWatch>> FileWatch::create(Loop& loop, const std::string& path,
                                                     std::function<void()> on_change) {
  std::string folder = std::filesystem::path(path).parent_path().string();
  if (folder.empty()) folder = ".";
  Fd fd(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  // Not IN_MODIFY: a file is complete when its writer closes it.
  constexpr std::uint32_t mask = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE;
  if (!fd || inotify_add_watch(fd.get(), folder.c_str(), mask) < 0)
    return fail(ErrorCode::io,
                fmt::format("cannot watch folder {}: {}", folder, std::strerror(errno)));
  std::unique_ptr<FileWatch> watch(new FileWatch(loop, std::move(fd), path, std::move(on_change)));
  TRY(loop.add(watch->fd_.get(), EPOLLIN, *watch));
  return watch;
}

FileWatch::FileWatch(Loop& loop, Fd fd, std::string path, std::function<void()> on_change)
    : loop_(loop),
      fd_(std::move(fd)),
      path_(std::move(path)),
      on_change_(std::move(on_change)),
      seen_(read_signature()),
      quiet_timer_([this] { compare(); }) {}

FileWatch::~FileWatch() {
  loop_.remove(fd_.get(), *this);
}

void FileWatch::on_events(std::uint32_t /*events*/) {
  alignas(inotify_event) char buffer[4096];
  while (read(fd_.get(), buffer, sizeof buffer) > 0) {
  }
  // Every event in the folder counts: which names lead to the file's content is not known.
  loop_.arm(quiet_timer_, quiet);
}

void FileWatch::compare() {
  const Signature current = read_signature();
  if (current.size < 0 || current == seen_) return;
  seen_ = current;
  on_change_();
}

FileWatch::Signature FileWatch::read_signature() const {
  struct stat info{};
  if (stat(path_.c_str(), &info) != 0) return {};
  return {info.st_dev, info.st_ino, info.st_size,
          info.st_mtim.tv_sec * 1'000'000'000LL + info.st_mtim.tv_nsec};
}

}  // namespace headroom::io
