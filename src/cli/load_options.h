// The options of `headroom load` as written, and the plan they make.
#pragma once

#include <string>
#include <vector>

#include "cli/trace_file.h"
#include "core/result.h"
#include "load/plan.h"
#include "load/requirement.h"

namespace headroom::cli {

/// Empty means not given.
struct LoadOptions {
  std::vector<std::string> targets;
  TraceChoice trace;
  bool requests = false;     // the trace has one row a request
  std::string speed, scale;  // of the trace
  std::string rate, shape,
      closed;  // what is sent: one of these or a trace, but `rate` with `shape`
  std::string duration, connections, timeout, seed;
  std::string method = "GET";
  std::string body_bytes;
  std::vector<std::string> headers;
  std::vector<std::string> objectives;
  std::vector<std::string> requirements;
  std::string connect;
  std::string log;
  std::string format = "text";
  bool allow_remote = false;
  bool dry_run = false;
};

struct LoadOrder {
  load::LoadPlan plan;
  std::vector<load::Requirement> requirements;
  std::string read;  // of a trace, for a person
  std::string note;  // for the user before the start; often empty
};

/// Every error is of the kind that means exit code 2, except for files that cannot be read.
[[nodiscard]] Result<LoadOrder> order_of(const LoadOptions& options);

}  // namespace headroom::cli
