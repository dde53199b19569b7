// The folder that makes one supervisor out of successive headroom processes: lock, name, numbers.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "core/result.h"
#include "io/fd.h"

namespace headroom::supervisor {

/// Held by one headroom at a time. The lock is the kernel's (flock), so it ends with the process
/// whatever happens to it.
class StateDir {
 public:
  /// Makes the folder when it is not there. ErrorCode::unavailable names the process that holds it.
  [[nodiscard]] static Result<std::unique_ptr<StateDir>> open(const std::string& path);

  /// Whether open() could make the folder and write to it; that another one holds it is no error.
  [[nodiscard]] static Result<> check(const std::string& path);

  /// Names this supervisor in the environment of its replicas: path, device and inode of the
  /// folder, so that an equal path in another container is another supervisor.
  [[nodiscard]] const std::string& owner() const { return owner_; }
  [[nodiscard]] std::string log_folder() const { return path_ + "/logs"; }

  /// A number never given before for that service. It is kept on disk before it is returned; when
  /// that fails the number is given all the same, and the error is left for `last_error`.
  [[nodiscard]] std::int64_t next_number(const std::string& service);
  /// Numbers up to `number` have been given: seen on a living replica.
  void mark_given(const std::string& service, std::int64_t number);
  /// Why numbers could not be kept on disk the last time; empty when they were.
  [[nodiscard]] const std::string& last_error() const { return last_error_; }

 private:
  StateDir(std::string path, std::string owner, io::Fd lock);
  void read_numbers();
  void write_numbers();

  std::string path_;
  std::string owner_;
  io::Fd lock_;
  std::map<std::string, std::int64_t> given_;  // the highest number given, by service
  std::string last_error_;
};

}  // namespace headroom::supervisor
