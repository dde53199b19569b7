// A load result for programs (JSON) and for people (text).
#pragma once

#include <string>

#include "load/plan.h"
#include "load/result.h"

namespace headroom::load {

/// One JSON document; its fields are described in docs/load.md.
[[nodiscard]] std::string to_json(const LoadResult& result);

/// A summary at most 80 columns wide, ending with a line break.
[[nodiscard]] std::string to_text(const LoadResult& result);

/// One line without a line break, for a terminal while the run goes on.
[[nodiscard]] std::string to_line(const Progress& progress);

}  // namespace headroom::load
