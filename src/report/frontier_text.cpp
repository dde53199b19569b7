// A comparison as lines for a terminal.
#include <fmt/format.h>

#include <algorithm>

#include "report/frontier.h"
#include "report/layout.h"

namespace headroom::report {
namespace {

constexpr std::size_t figures_width = 28;  // " 0.95  0.88–1.02  1.20"

bool same_group(const prove::Comparison& a, const prove::Comparison& b) {
  return a.startup_s == b.startup_s && a.part == b.part && a.missed_share == b.missed_share;
}

std::string title(const prove::Comparison& one) {
  return fmt::format("{}% missed, start-up {:g} s, {}", 100 * one.missed_share, one.startup_s,
                     one.part.empty() ? "all traces" : one.part);
}

std::string row(const prove::Comparison& one, std::size_t name_width) {
  std::string text = left(one.against, name_width);
  if (one.cases == 0)
    text += right("–", 6);
  else
    text += fmt::format("{:6.2f}  {:4.2f}–{:4.2f}  {:5.2f} {:>4}", one.ratio, one.low, one.high,
                        one.worst_ratio, one.cases);
  if (one.headroom_short > 0) text += fmt::format("  headroom short on {}", one.headroom_short);
  if (one.other_short > 0) text += fmt::format("  other short on {}", one.other_short);
  return text;
}

}  // namespace

std::vector<std::string> frontier_text(const std::vector<prove::Comparison>& summary,
                                       std::size_t width) {
  std::size_t name_width = 10;
  for (const auto& one : summary) name_width = std::max(name_width, columns(one.against));
  name_width = std::min(name_width, width > 40 ? width - figures_width : 12);
  std::vector<std::string> lines{
      "headroom's replica-hours ÷ the other's at an equal share of "
      "misses"};
  for (std::size_t i = 0; i < summary.size(); ++i) {
    if (i == 0 || !same_group(summary[i - 1], summary[i])) {
      lines.emplace_back();
      lines.push_back(title(summary[i]));
      lines.push_back(left("  against", name_width) + " ratio  90% range  worst runs");
    }
    lines.push_back(row(summary[i], name_width));
  }
  for (auto& line : lines) line = clip(line, width);
  return lines;
}

}  // namespace headroom::report
