// Lays the table out.
#include "report/policy_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "report/layout.h"

namespace headroom::report {
namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t setting_least = 8;

using Cells = std::vector<std::string>;

/// The widest of each column, the gap before it included.
std::vector<std::size_t> widths_of(const std::vector<Cells>& lines) {
  std::vector<std::size_t> widths(lines.front().size());
  for (const Cells& cells : lines)
    for (std::size_t i = 0; i < cells.size(); ++i)
      widths[i] = std::max(widths[i], columns(cells[i]) + gap);
  return widths;
}

}  // namespace

const char* const table_note =
    "setting: --target and --stabilise of headroom simulate, and replicas.min where it is raised; "
    "a "
    "fleet; or what is permitted; "
    "missed: whatever the cause; wanting: of those, for want of replicas, by which policies are "
    "compared; worst: wanting in the worst five minutes; spell: longest time with more than 1% "
    "wanting";

std::string setting_text(const prove::Setting& setting, int replicas_min, int replicas_max) {
  if (prove::permits_misses(setting.policy))
    return fmt::format("permits {:.3g}%", 100 * setting.target);
  if (setting.policy == "fixed")
    return fmt::format("{} replicas", prove::fleet_of(setting, replicas_min, replicas_max));
  const std::string text =
      fmt::format("{:.3g}, {}", setting.target, format_duration(from_seconds(setting.stabilise_s)));
  if (setting.floor <= 0) return text;
  return text + fmt::format(", min {}", prove::least_of(setting, replicas_min, replicas_max));
}

Cells figure_heads(std::optional<double> cost_per_hour) {
  Cells heads{"missed", "wanting", "worst", "spell", "replica-h"};
  if (cost_per_hour) heads.emplace_back("cost");
  return heads;
}

Cells figures_of(const prove::Score& score, std::optional<double> cost_per_hour) {
  Cells cells{share_text(score.missed_share()), share_text(score.wanting_share()),
              share_text(score.worst_share), format_duration(from_seconds(score.longest_spell_s)),
              fmt::format("{:.1f}", score.replica_hours())};
  if (cost_per_hour) cells.push_back(fmt::format("{:.2f}", score.replica_hours() * *cost_per_hour));
  return cells;
}

std::vector<std::string> policy_table(const std::vector<PolicyRow>& rows,
                                      std::optional<double> cost_per_hour, std::size_t width) {
  std::vector<Cells> lines{{"policy", "setting"}};
  std::ranges::copy(figure_heads(cost_per_hour), std::back_inserter(lines[0]));
  for (const PolicyRow& row : rows) {
    Cells& cells = lines.emplace_back(Cells{row.policy, row.setting});
    std::ranges::copy(figures_of(row.score, cost_per_hour), std::back_inserter(cells));
  }
  std::vector<std::size_t> widths = widths_of(lines);
  std::size_t others = 0;
  for (std::size_t i = 0; i < widths.size(); ++i) others += i == 1 ? 0 : widths[i];
  // Numbers are never cut: what a setting says in full can be had as JSON.
  widths[1] = std::min(widths[1], std::max(width, others + setting_least) - others);
  std::vector<std::string> out;
  for (const Cells& cells : lines) {
    std::string line = left(cells[0], widths[0]) + left(cells[1], widths[1]);
    for (std::size_t i = 2; i < cells.size(); ++i) line += right(cells[i], widths[i]);
    out.push_back(clip(line, width));
  }
  return out;
}

}  // namespace headroom::report
