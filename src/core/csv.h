// CSV text without separators inside quotes, as recorded series have it: lines, names of columns,
// two fields a line.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headroom {

/// The stamps of a recorded series, in seconds.
inline constexpr std::string_view stamp_column = "timestamp_seconds";

/// Takes the next line off `rest`, without its ending.
[[nodiscard]] std::string_view take_line(std::string_view& rest);

/// The names in a header line, without space and quotes around them, nor a byte order mark before
/// it.
[[nodiscard]] std::vector<std::string_view> column_names(std::string_view header);

/// Names from a header for a message: a few of them, each short and fit for a terminal.
[[nodiscard]] std::string listed(const std::vector<std::string_view>& names);

/// The fields of these two columns, without space and quotes around them; empty where there is no
/// such column. Nothing when the line has not exactly `count` fields. Takes no memory: there are
/// many lines.
[[nodiscard]] std::optional<std::array<std::string_view, 2>> two_fields(std::string_view line,
                                                                        std::size_t count,
                                                                        std::size_t first,
                                                                        std::size_t second);

}  // namespace headroom
