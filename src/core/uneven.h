// What to say of stamps that are on no even grid.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/grid.h"

namespace headroom {

/// The line of a file that has the row with this index: the header is the first.
[[nodiscard]] constexpr std::size_t line_of(std::size_t row) {
  return row + 2;
}

/// "2s", "1h17s": to the millisecond.
[[nodiscard]] std::string length_text(double s);

/// Which line is wrong, how, and what to do: one that is early or late, rows that begin at another
/// moment after a gap, or rows that are not even at all. Requires a grid with misfits.
[[nodiscard]] std::string uneven_text(const std::vector<double>& stamps, const Grid& grid);

}  // namespace headroom
