// The runs that golden journals were recorded from.
#pragma once

#include <string_view>
#include <vector>

#include "golden.h"

namespace headroom::golden {

/// Of a small simulated world, the same each time with the same engine. The decisions of the engine
/// at hand shape what is seen, so journals are recorded anew only to add or change a scenario.
/// Of that name only, where one is given.
[[nodiscard]] std::vector<Journal> recorded(std::string_view name = {});

}  // namespace headroom::golden
