// Notices that a file has new content, however it was written.
#pragma once

#include <sys/stat.h>

#include <functional>
#include <memory>
#include <string>

#include "core/result.h"
#include "io/loop.h"

namespace headroom::io {

/// Watches one file by its folder, because editors replace files by renaming and Kubernetes swaps
/// a link beside them. Calls back once when the file is another one or has other content and the
/// folder was quiet for `quiet`; not while the file is absent. When the file is itself a link into
/// another folder, changes made there are not seen (SIGHUP is for that).
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

  FileWatch(Loop& loop, Fd fd, std::string path, std::function<void()> on_change);
  void on_events(std::uint32_t events) override;
  void compare();
  [[nodiscard]] Signature read_signature() const;

  Loop& loop_;
  Fd fd_;
  std::string path_;
  std::function<void()> on_change_;
  Signature seen_;
  Timer quiet_timer_;
};

}  // namespace headroom::io
