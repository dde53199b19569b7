// A descriptor that gets whole lines, however it takes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "io/fd.h"

namespace headroom::io {

/// Waits as long as the reader wants; for a thread that does nothing else and has SIGPIPE blocked
/// or ignored.
class LogDestination {
 public:
  explicit LogDestination(Fd fd);

  /// Writes whole lines, each with its end, and gives the number of those that are lost because
  /// the descriptor took no more. A line of which a part was written is not lost: its rest is kept
  /// and comes before anything else next time.
  [[nodiscard]] std::uint64_t write(std::string_view lines);
  /// Why the last attempt to write failed; 0 when it did not.
  [[nodiscard]] int error() const { return error_; }

 private:
  [[nodiscard]] std::size_t put(std::string_view bytes);

  Fd fd_;
  std::size_t at_once_;  // bytes that nobody else who writes there can come between
  std::string begun_;    // the rest of a line
  int error_ = 0;
};

}  // namespace headroom::io
