// Runs the built program and keeps what it says.
#pragma once

#include <string>
#include <vector>

#include "io/folder_for_test.h"

namespace headroom::cli {

struct Ended {
  int code = -1;  // exit code; -1 when a signal ended it
  std::string out;
  std::string err;
};

/// Runs `headroom` with `arguments` in `folder` to its end.
Ended run_program(const std::vector<std::string>& arguments, const std::string& folder = ".");

}  // namespace headroom::cli
