// A recorded trace, or a part of it, as the options of a subcommand name it.
#pragma once

#include <cstddef>
#include <string>

#include "core/result.h"
#include "core/trace.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace headroom::cli {

/// As written on the command line; empty: not given.
struct TraceChoice {
  std::string file;    // CSV; .gz too
  std::string column;  // the only one, or requests_per_second
  std::string from;    // a stamp of the trace in seconds; "+3600" counts from its first one
  std::string to;      // the stamp to stop before
};

inline constexpr std::size_t trace_bytes_max = std::size_t{512} << 20;

/// --trace, --column, --from and --to. Returns the first of them.
CLI::Option* add_trace_options(CLI::App& command, TraceChoice& choice);

/// --from and --to as stamps, for a trace whose first stamp is `first_s`; infinite: not given.
struct TraceSpan {
  double from_s = 0;
  double to_s = 0;
};
[[nodiscard]] Result<TraceSpan> span_of(const TraceChoice& choice, double first_s);

/// Told before anything runs that takes time: nothing is at `path`.
[[nodiscard]] Result<> check_there(const std::string& path);

/// Gaps are left as they are. Errors name the file and the line, or the option.
[[nodiscard]] Result<Trace> read_trace(const TraceChoice& choice);

}  // namespace headroom::cli
