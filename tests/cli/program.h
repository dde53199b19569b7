// Runs the built program and keeps what it says.
#pragma once

#include <string>
#include <vector>

#include "io/folder_for_test.h"

namespace headroom::cli {

using Arguments = std::vector<std::string>;

/// A right headroom.yaml with one service, whose replicas cost 0.5 an hour.
inline constexpr const char* shop =
    "services:\n"
    "  shop:\n"
    "    objective: { latency: { p99: 150ms } }\n"
    "    replicas: { min: 1, max: 60, cost_per_hour: 0.5 }\n"
    "    run: { command: \"./shop {address}\" }\n";

/// A trace of an hour of minutes: a wave of 200 to 1,800 requests/s.
[[nodiscard]] std::string wave();

struct Ended {
  int code = -1;  // exit code; -1 when a signal ended it
  std::string out;
  std::string err;

  /// What stands in `err` after the lines that say what was read.
  [[nodiscard]] std::string complaint() const;
};

/// Runs `headroom` with `arguments` in `folder` to its end.
Ended run_program(const Arguments& arguments, const std::string& folder = ".");

}  // namespace headroom::cli
