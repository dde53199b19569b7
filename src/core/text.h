// Strict reading and plain writing of numbers, durations, shares and sizes; nearest names.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/time.h"

namespace headroom {

/// A whole number in decimal digits, an optional '-' first; nothing else, no overflow.
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text);

/// A finite decimal number; no hexadecimal, no "nan", no surrounding space.
[[nodiscard]] std::optional<double> parse_number(std::string_view text);

/// "150ms", "2s", "1m30s", "28d": numbers with a unit of ns, us, ms, s, m, h, d. "0" is allowed.
[[nodiscard]] Result<Duration> parse_duration(std::string_view text);

/// "99.9%" or "0.999": a share within [0, 1].
[[nodiscard]] Result<double> parse_share(std::string_view text);

/// "64KiB", "256MiB", "1GB" or plain bytes.
[[nodiscard]] Result<std::int64_t> parse_bytes(std::string_view text);

/// The shortest exact form in one unit or two: "150ms", "1m30s", "28d".
[[nodiscard]] std::string format_duration(Duration d);

/// The shortest exact form: "64KiB", "256MiB", "1000B".
[[nodiscard]] std::string format_bytes(std::int64_t bytes);

/// "99.9%": at most four digits after the point.
[[nodiscard]] std::string format_share(double share);

/// The known name closest to `name`, when it is close enough to be a slip of the pen.
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view name,
                                                      std::span<const std::string_view> known);

/// Text between separators; empty parts are kept.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);

/// `text` without spaces and tabs at both ends.
[[nodiscard]] std::string_view trim(std::string_view text);

/// ASCII letters compared without case.
[[nodiscard]] bool equal_ignore_case(std::string_view a, std::string_view b);

/// How many bytes from the start of `text` are well-formed UTF-8.
[[nodiscard]] std::size_t utf8_prefix(std::string_view text);

/// `text` of a file, a client or another program fit for a terminal, shortened when long: control
/// characters, bytes that are not UTF-8 and marks that turn the direction of writing are written
/// out, as \n or \x1b.
[[nodiscard]] std::string printable(std::string_view text, std::size_t length_max = 80);

/// Lines of such text, each whole.
[[nodiscard]] std::string printable_lines(std::string_view text);

/// A JSON string with its quotes; bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string json_quote(std::string_view text);

}  // namespace headroom
