// What was lost in a run: by which reasons, and which part of the promise that broke.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "report/client.h"
#include "spec/config.h"

namespace headroom::report {

/// Sheds and failures, by reason.
using Reasons = std::map<std::string, std::uint64_t>;

/// "312 queue-full, 2 upstream-503": the most frequent first; empty when there were none.
[[nodiscard]] std::string reasons_text(const Reasons& reasons);

/// "99% within 150ms, at most 0.1% failed"
/// Of a service whose objective is not known, that.
[[nodiscard]] std::string promise_text(const spec::Objective& objective);

/// "2.3% missed, at most 1% may": each part of the promise that was not kept; empty when all was.
[[nodiscard]] std::string broken_text(const Counts& counts, const spec::Objective& objective);

}  // namespace headroom::report
