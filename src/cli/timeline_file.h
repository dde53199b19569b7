// What a simulated run came to, second by second, as a table for people and programs.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "scale/rivals/autoscaler.h"

namespace headroom::cli {

constexpr std::string_view timeline_header =
    "second,arrivals,late,shed,failed,concurrency,waiting,starting,ready,draining,wanted\n";

/// Another autoscaler, with what it sees and decides noted a line a second.
class Noted final : public rivals::Around {
 public:
  using Around::Around;

  int decide(const Now& now, Duration dt, const scale::ServiceSeen& seen) override;

  /// CSV: docs/formats/timeline.md.
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_{timeline_header};
  std::size_t second_ = 0;
};

}  // namespace headroom::cli
