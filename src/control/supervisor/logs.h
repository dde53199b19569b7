// The output of replicas: one file each, bounded in size and in number.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

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

  explicit Logs(std::string folder) : folder_(std::move(folder)) {}

  [[nodiscard]] Result<io::Fd> open(const std::string& replica) const;

  /// Rotates the file when it has grown over `limit`. Cheap when it has not.
  void rotate(const std::string& replica, std::int64_t limit = file_bytes_max) const;

  /// The last `count` lines that are not blank, shortened to 200 bytes each.
  [[nodiscard]] std::vector<std::string> last_lines(const std::string& replica,
                                                    std::size_t count) const;

  /// Removes the oldest files of replicas that are not in `living`, all but `kept`.
  void prune(const std::set<std::string>& living, std::size_t kept = ended_replicas_max) const;

 private:
  [[nodiscard]] std::string path_of(const std::string& replica) const;

  std::string folder_;
};

}  // namespace headroom::supervisor
