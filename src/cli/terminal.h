// What is known about the terminal that output goes to.
#pragma once

#include <cstddef>

namespace headroom::cli {

/// Columns of the terminal on standard output; 80 when it is none.
[[nodiscard]] std::size_t terminal_columns();

/// Lines of the terminal on standard output; 0 when it is none.
[[nodiscard]] std::size_t terminal_lines();

}  // namespace headroom::cli
