// The output of replicas: one file each, bounded in size and in number.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "core/result.h"
#include "io/fd.h"

namespace headroom::supervisor {

/// Replicas write to their files directly and not through a pipe of ours, because they go on when
/// headroom dies and a write to a broken pipe would kill them. So a file is rotated under its
/// writer: copied to "<id>.log.1", then cut to nothing; the writer appends, so it goes on at the
/// start. Lines written between the last byte copied and the cut are lost.
class Logs {
 public:
  static constexpr std::int64_t file_bytes_max = 8 << 20;
  static constexpr std::size_t ended_replicas_max = 50;
  static constexpr std::int64_t tail_bytes_max = 256 << 10;

  explicit Logs(std::string folder) : folder_(std::move(folder)) {}

  [[nodiscard]] Result<io::Fd> open(const std::string& replica) const;

  /// Rotates the file when it has grown over `limit`. Cheap when it has not.
  void rotate(const std::string& replica, std::int64_t limit = file_bytes_max) const;

  /// The end of what was written, with a whole line first: enough for a long trace of a stack.
  [[nodiscard]] std::string tail(const std::string& replica) const;

  /// Removes the oldest files of replicas that are not in `living`, all but `kept`.
  void prune(const std::set<std::string>& living, std::size_t kept = ended_replicas_max) const;

  [[nodiscard]] std::string path_of(const std::string& replica) const;

 private:
  std::string folder_;
};

}  // namespace headroom::supervisor
