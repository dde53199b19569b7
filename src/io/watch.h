// Notices that a file has new content, however it was written and whatever leads to it.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "io/loop.h"

namespace headroom::io {

/// A folder on the way to a file, and which of inotify's events may change where the way leads.
struct WatchedFolder {
  std::string path;  // without symbolic links
  dev_t device = 0;
  ino_t inode = 0;
  std::uint32_t events = 0;
  bool operator==(const WatchedFolder&) const = default;
};

/// Every folder that `path`, which is absolute, leads through, symbolic links followed: those that
/// hold a link, the file, or the first name that does not exist, with all that happens in them; of
/// others only that they are moved or removed. At most 40 links are followed, as the kernel does.
[[nodiscard]] std::vector<WatchedFolder> folders_on_the_way(const std::string& path);

/// Watches one file by the folders on the way to it, because editors replace files by renaming and
/// deployments swap a link somewhere above. Calls back once when the file is another one or has
/// other content that stayed the same for `quiet`; not while the file is absent.
class FileWatch final : private Watcher {
 public:
  static constexpr Duration quiet = std::chrono::milliseconds(100);

  static Result<std::unique_ptr<FileWatch>> create(Loop& loop, const std::string& path,
                                                   std::function<void()> on_change);
  ~FileWatch();
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

 private:
  /// What tells one content of a file from another without reading it.
  struct Signature {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = -1;
    std::int64_t modified_ns = 0;
    bool operator==(const Signature&) const = default;
  };

  FileWatch(Loop& loop, std::string path, std::function<void()> on_change);
  [[nodiscard]] Result<> follow();
  void on_events(std::uint32_t events) override;
  void look();
  void settle();
  [[nodiscard]] Signature read_signature() const;

  Loop& loop_;
  std::string path_;
  std::function<void()> on_change_;
  std::vector<WatchedFolder> way_;
  Fd fd_;
  Signature told_;  // as created or last called back
  Signature last_;  // as last looked at
  Timer quiet_timer_;
};

}  // namespace headroom::io
