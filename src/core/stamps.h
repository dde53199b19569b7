// Whether stamps can be seconds, or look like another unit of time.
#pragma once

#include <span>

#include "core/result.h"

namespace headroom {

/// Refuses stamps that can hardly be seconds since 1970, or a grid that hardly anybody makes in
/// seconds and many make in a smaller unit; says which unit it looks like. `bin`: the step of
/// stamps on a grid; 0: they are on none. Stamps that are dates of our time in seconds are never
/// doubted.
[[nodiscard]] Result<> check_seconds(double first, double last, double bin);

}  // namespace headroom
