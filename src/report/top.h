// The live view: what the admin's GET /services says, as a screen of text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace headroom::report {

enum class Tone : std::uint8_t { plain, strong, quiet, good, alarm };

struct ScreenLine {
  std::string text;
  Tone tone = Tone::plain;

  bool operator==(const ScreenLine&) const = default;
};

/// A screen for `services_json`, no line wider than `width` columns (at least 40). From 104 columns
/// on a table, below that a block for each service. Fails when it is not what the admin answers;
/// fields that are missing are shown as unknown.
[[nodiscard]] Result<std::vector<ScreenLine>> top_screen(std::string_view services_json,
                                                         std::size_t width);

/// One line for each service, not cut: for a log or a pipe.
[[nodiscard]] Result<std::vector<std::string>> top_lines(std::string_view services_json);

}  // namespace headroom::report
