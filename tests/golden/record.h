// The runs that golden journals were recorded from.
#pragma once

#include <vector>

#include "golden.h"

namespace headroom::golden {

/// Of a small simulated world, the same each time with the same engine. The decisions of the engine
/// at hand shape what is seen, so journals are recorded anew only to add or change a scenario.
[[nodiscard]] std::vector<Journal> recorded();

}  // namespace headroom::golden
