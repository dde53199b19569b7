// Lines for a reader that may stall or leave: handed over without waiting, written by a thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"
#include "core/time.h"
#include "io/fd.h"

namespace headroom::io {

/// What is counted apart.
enum class Log : std::uint8_t { messages, access };
inline constexpr std::size_t log_count = 2;
[[nodiscard]] std::string_view name(Log log);

/// Lines of this log that this process dropped since it began. From any thread.
[[nodiscard]] std::uint64_t lines_dropped(Log log);

/// Why the last lines of this log could not be written, such as "No space left on device"; empty
/// when they could. Lines that are dropped for a slow reader are no failure. From any thread.
[[nodiscard]] std::string log_problem(Log log);

/// A bounded buffer in front of one descriptor, and the thread that does the waiting for it: one
/// for each destination, since a descriptor shared with other processes cannot be made to not
/// block, and a terminal that was stopped must not stop a file. Lines that do not fit, or that
/// cannot be written (the reader is gone, the disk is full), are dropped whole and counted; when
/// lines flow again, one says how many are missing at this place. All methods from any thread.
class LogWriter {
 public:
  struct Options {
    Log log = Log::messages;
    std::size_t bytes_max = 1 << 20;  // handed over and not taken up by the thread yet
    std::function<std::string(std::uint64_t dropped)> notice;  // a line; called by the thread
  };
  [[nodiscard]] static Result<std::unique_ptr<LogWriter>> start(Fd to, Options options);
  /// Waits for nothing: the thread writes what it was given and ends, when and if that is read.
  ~LogWriter();
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  /// One or more whole lines, each with its end. Never waits for the writing.
  void append(std::string_view lines);

  /// What has not been written yet, and all that follows, goes there.
  void reopen(Fd to);

  /// Waits until everything has been written, at most so long; whether it has been.
  bool flush(Duration longest);

 private:
  struct Shared;
  class Thread;
  explicit LogWriter(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}

  std::shared_ptr<Shared> shared_;  // outlives this while the thread is held up by a reader
};

}  // namespace headroom::io
