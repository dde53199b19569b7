// The lines of standard error.
#include "control/event.h"

#include <fmt/format.h>

#include "core/rfc3339.h"
#include "core/text.h"

namespace headroom::control {
namespace {

std::string_view name(Level level) {
  switch (level) {
    case Level::info:
      return "info";
    case Level::warning:
      return "warning";
    case Level::error:
      return "error";
  }
  return "";
}

std::string indented(const std::string& lines) {
  std::string out;
  for (const char c : lines) out += c == '\n' ? "\n  " : std::string(1, c);
  return out;
}

}  // namespace

std::string Event::sentence() const {
  return replica.empty() ? text : fmt::format("{} {}", replica, text);
}

std::string to_line(const Event& event, LogFormat format, WallTime at) {
  const Rfc3339 time(at);
  if (format == LogFormat::json)
    return fmt::format(R"({{"time":"{}","level":"{}","service":{},"replica":{},"message":{}}})"
                       "\n",
                       time.text(), name(event.level), json_quote(event.service),
                       json_quote(event.replica), json_quote(event.sentence()));
  const std::string about = event.service.empty() ? "" : event.service + ": ";
  return fmt::format("{} {} {}{}\n", time.text(), name(event.level), about,
                     indented(printable_lines(event.sentence())));
}

}  // namespace headroom::control
