// The first line of a command that reads a trace: what was read, so that a wrong unit shows.
#pragma once

#include <mutex>
#include <set>
#include <string>

#include "core/trace.h"
#include "prove/recording.h"

namespace headroom::cli {

/// "day.csv: 30 d in bins of 1 min, mean 212/s, peak 890/s (2026-10-03 19:42)". The moment is one
/// that --from and --to take.
[[nodiscard]] std::string trace_line(const std::string& file, const Trace& trace);

/// "log.csv: 6,000 requests in 10 min, mean 10/s, peak 14/s (2026-10-03 19:42:07)", and what its
/// stamps do not tell.
[[nodiscard]] std::string trace_line(const std::string& file, const prove::Recording& recording);

/// Puts lines on standard error, which is not for programs: of several cases of one file the first.
/// Safe to share by threads.
class TraceLines {
 public:
  void say(const std::string& line);

 private:
  std::mutex mutex_;
  std::set<std::string> said_;
};

}  // namespace headroom::cli
