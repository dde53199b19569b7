// What a run must come to: `met`, `fixed<0.75`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "report/verdict.h"

namespace headroom::report {

struct Requirement {
  std::string text;                   // as the user wrote it
  std::optional<double> fixed_below;  // replica-hours as a share of the smallest fixed fleet's;
                                      // nothing: the objective is met
};

/// `met` or `fixed<NUMBER`.
[[nodiscard]] Result<Requirement> parse_requirement(std::string_view text);

/// Nothing when every service meets it; otherwise one sentence with what was found. Of a saturated
/// machine nothing is known, so it meets no requirement.
[[nodiscard]] std::string violation(const Requirement& requirement, const Verdict& verdict);

}  // namespace headroom::report
