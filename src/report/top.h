// The live view: what the admin's GET /services says, as a screen of text.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/time.h"

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

/// The live view of a log or a pipe: lines that are not cut, and no more than are worth reading.
class TopLog {
 public:
  static constexpr Duration every = std::chrono::seconds(5);

  /// A line for each service that had none for `every`, and at once for one whose replicas changed:
  /// ready ones, or those that are wanted, then with the decision. Fails as top_screen does.
  [[nodiscard]] Result<std::vector<std::string>> lines(std::string_view services_json, Instant now);

 private:
  struct Told {
    Instant at;
    std::int64_t wanted = 0;
    std::int64_t ready = 0;
  };
  std::map<std::string, Told> told_;  // by service
};

}  // namespace headroom::report
