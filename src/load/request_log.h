// One JSON line per request, written in large blocks.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "io/fd.h"
#include "load/ending.h"

namespace headroom::load {

/// Times run from the start of the run.
struct LogLine {
  std::string_view id;
  std::uint16_t target = 0;
  Duration intended{};
  std::optional<Duration> sent;  // absent: never handed to a socket
  Duration done{};
  int status = 0;  // 0: no whole answer
  Outcome outcome = Outcome::good;
};

class RequestLog {
 public:
  /// Replaces the file. `targets` are their names.
  [[nodiscard]] static Result<std::unique_ptr<RequestLog>> create(
      const std::string& path, const std::vector<std::string>& targets);

  /// A failure to write is kept for close(); later lines are dropped.
  void append(const LogLine& line);
  [[nodiscard]] Result<> close();

 private:
  RequestLog(std::string path, io::Fd file) : path_(std::move(path)), file_(std::move(file)) {}
  void flush();

  std::string path_;
  io::Fd file_;
  std::vector<std::string> quoted_targets_;
  std::size_t longest_target_ = 0;
  std::string buffer_;
  int error_ = 0;
};

}  // namespace headroom::load
