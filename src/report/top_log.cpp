// The live view as lines.
#include <fmt/format.h>

#include "report/layout.h"
#include "report/top.h"

namespace headroom::report {
namespace {

std::string log_line(const LiveView& view, const LiveService& s) {
  std::string text = fmt::format("{} {} {} {}/s of {}/s, {} ready", view.now, s.name, name(s.state),
                                 rough(s.demand), rough(s.capacity), s.ready);
  if (s.wanted >= 0) text += fmt::format(" of {}", s.wanted);
  return text + fmt::format(", p99 {}, {}/s missed", latency(s.p99_s), s.now.missed());
}

}  // namespace

std::vector<std::string> TopLog::lines(const LiveView& view, Instant now) {
  std::vector<std::string> lines;
  for (const LiveService& s : view.services) {
    const auto [told, first] = told_.try_emplace(s.name, Told{now, s.wanted, s.ready});
    const Told before = told->second;
    const bool decided = before.wanted != s.wanted;
    if (!first && !decided && before.ready == s.ready && now - before.at < every) continue;
    told->second = {.at = now, .wanted = s.wanted, .ready = s.ready};
    lines.push_back(log_line(view, s));
    if (decided && !s.last_change.text.empty()) lines.back() += "; " + s.last_change.text;
  }
  return lines;
}

}  // namespace headroom::report
