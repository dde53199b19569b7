// The live view: services as a screen of text, or as lines of a log.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "report/live.h"

namespace headroom::report {

enum class Tone : std::uint8_t { plain, strong, quiet, good, warning, alarm };

struct ScreenLine {
  std::string text;
  Tone tone = Tone::plain;

  bool operator==(const ScreenLine&) const = default;
};

/// Columns and lines there are.
struct ScreenSize {
  std::size_t width = 80;  // at least 40 is taken
  std::size_t height = 0;  // 0: any
};

/// A table with a line for each service, the worst first, and what there is to say about each below
/// it, as far as there is room. Columns that do not fit are left out.
[[nodiscard]] std::vector<ScreenLine> top_screen(const LiveView& view, ScreenSize size);

/// The live view of a log or a pipe: lines that are not cut, and no more than are worth reading.
class TopLog {
 public:
  static constexpr Duration every = std::chrono::seconds(5);

  /// A line for each service that had none for `every`, and at once for one whose replicas changed:
  /// ready ones, or those that are wanted, then with the decision.
  [[nodiscard]] std::vector<std::string> lines(const LiveView& view, Instant now);

 private:
  struct Told {
    Instant at;
    std::int64_t wanted = 0;
    std::int64_t ready = 0;
  };
  std::map<std::string, Told> told_;  // by service
};

}  // namespace headroom::report
