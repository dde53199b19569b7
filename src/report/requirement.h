// What a run must come to: `met`, `fixed<0.75`, `worst5m<5%`, `spell<3m`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"
#include "report/verdict.h"

namespace headroom::report {

struct Requirement {
  enum class Of : std::uint8_t {
    met,    // the objective
    fixed,  // replica-hours as a share of the smallest fixed fleet's
    worst,  // share missed in the worst five minutes
    spell   // seconds of the longest spell
  };

  std::string text;  // as the user wrote it
  Of of = Of::met;
  double below = 0;
  bool or_equal = false;  // the bound itself is still good
};

/// `met`, or `fixed`, `worst5m` or `spell` with `<` or `<=` and a number, a share, a duration.
[[nodiscard]] Result<Requirement> parse_requirement(std::string_view text);

/// Nothing when every service meets it; otherwise one sentence with what was found. Of a saturated
/// machine nothing is known, so it meets no requirement.
[[nodiscard]] std::string violation(const Requirement& requirement, const Verdict& verdict);

}  // namespace headroom::report
