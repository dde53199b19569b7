// Text for a terminal of any width: what fits, what is cut, what goes on the next line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace headroom::report {

constexpr int terminal_width = 80;  // when nothing else is known

/// Columns that UTF-8 `text` takes, one for each code point.
[[nodiscard]] std::size_t columns(std::string_view text);

/// `text` cut to `width` columns, with … for what is missing.
[[nodiscard]] std::string clip(std::string_view text, std::size_t width);

/// `text` in exactly `width` columns: cut, or filled with spaces at its end (or at its begin).
[[nodiscard]] std::string left(std::string_view text, std::size_t width);
[[nodiscard]] std::string right(std::string_view text, std::size_t width);

/// Words put into lines of at most `width` columns, each begun with `indent`. A longer word is
/// broken. At least one line.
[[nodiscard]] std::vector<std::string> wrap(std::string_view text, std::size_t width,
                                            std::string_view indent = "");

/// "1,234,567": whole numbers for people.
[[nodiscard]] std::string grouped(std::uint64_t number);

/// "1 replica", "3 replicas", "1,234 requests".
[[nodiscard]] std::string counted(std::uint64_t count, std::string_view one);

/// "0", "0.4", "9.6", "312", "1,240": two or three digits that matter.
[[nodiscard]] std::string rough(double number);

/// "850 µs", "12 ms", "1.5 s"; "–" for 0, which means there was none.
[[nodiscard]] std::string latency(double seconds);

/// "12 s", "3 min", "2 h", "4 d": whole units, rounded down.
[[nodiscard]] std::string whole_units(double seconds);

/// "12 s ago", "3 min ago": the same.
[[nodiscard]] std::string ago(double seconds);

/// "0.0341%", "12.3%", "0%", "<0.001%": a share that is small where all is well.
[[nodiscard]] std::string share_text(double share);

/// "99.52%", "100%": a share that is large where all is well, with as many digits as an objective
/// has. Never rounded up to 100%.
[[nodiscard]] std::string percent(double share);

}  // namespace headroom::report
