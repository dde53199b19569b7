// A comparison as lines for a terminal.
#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "report/frontier.h"
#include "report/frontier_summary.h"
#include "report/layout.h"
#include "report/policy_table.h"

namespace headroom::report {
namespace {

constexpr std::size_t figures_width = 28;  // " 0.95  0.88–1.02  1.20"
constexpr std::size_t ratio_width = 8;

std::string title(const prove::Comparison& one) {
  return fmt::format("start-up {:g} s{}{}", one.startup_s, one.part.empty() ? "" : ", ", one.part);
}

std::string ratio_text(const prove::Comparison& one) {
  return one.cases == 0 ? "–" : fmt::format("{:.2f}", one.ratio);
}

/// How often the promise was kept, and where a side could not keep the share.
std::string notes(const prove::Comparison& one) {
  std::string text;
  if (one.kept) text += fmt::format("  kept on {}", *one.kept);
  if (one.headroom_short > 0) text += fmt::format("  headroom at most on {}", one.headroom_short);
  if (one.other_short > 0) text += fmt::format("  other at most on {}", one.other_short);
  if (one.both_short > 0) text += fmt::format("  neither on {}", one.both_short);
  return text;
}

/// Of one trace or two.
std::string kept_text(const prove::Comparison* one) {
  if (one == nullptr || !one->kept) return "–";
  return one->cases > 1 ? fmt::format("{}/{}", *one->kept, one->cases)
                        : std::string(*one->kept > 0 ? "yes" : "no");
}

std::string row(const prove::Comparison& one, std::size_t name_width) {
  std::string text = left(one.against, name_width) + right(ratio_text(one), 6);
  if (one.has_range())
    text += fmt::format("  {:4.2f}–{:4.2f}  {:5.2f} {:>4}", one.low, one.high, one.worst_ratio,
                        one.cases);
  return text + notes(one);
}

void add(std::vector<std::string>& lines, std::vector<std::string> more) {
  std::ranges::move(more, std::back_inserter(lines));
}

void add_ranking(std::vector<std::string>& lines, const prove::Ranking& ranking,
                 const Yardstick& yardstick, std::size_t width) {
  lines.emplace_back();
  add(lines, wrap(case_text(ranking.of), width));
  add(lines, wrap(yardstick.text(ranking.objective_s, ranking.of.workload), width));
  if (const std::string basis = basis_text(*ranking.policies.front().run); !basis.empty())
    add(lines, wrap(basis, width));
  std::vector<PolicyRow> rows;
  for (const prove::Standing& one : ranking.policies)
    rows.push_back({one.run->setting.policy,
                    setting_text(one.run->setting, one.run->replicas_min, one.run->replicas_max),
                    one.run->score.per_run()});
  add(lines, policy_table(rows, yardstick.cost_per_hour, width));
  for (const prove::Standing& one : ranking.policies)
    if (const std::string note = standing_note(one, yardstick.permitted); !note.empty())
      add(lines, wrap(note, width));
}

/// One block for each share.
void add_ranges(std::vector<std::string>& lines, Comparisons world, std::size_t name_width) {
  for (std::size_t i = 0; i < world.size(); ++i) {
    if (i == 0 || world[i - 1].missed_share != world[i].missed_share) {
      lines.emplace_back();
      lines.push_back(fmt::format("{}% missed, {}", 100 * world[i].missed_share, title(world[i])));
      lines.push_back(left("  against", name_width) + " ratio  90% range  worst traces");
    }
    lines.push_back(row(world[i], name_width));
  }
}

/// All shares side by side, as there is but a number for each.
void add_ratios(std::vector<std::string>& lines, Comparisons world, std::size_t name_width) {
  std::string head = left("  against", name_width);
  for (const double share : shares_of(world))
    head += right(fmt::format("{:g}%", 100 * share), ratio_width);
  lines.emplace_back();
  lines.push_back(title(world.front()));
  lines.push_back(head + " missed");
  for (const RatioRow& row : ratio_rows(world)) {
    lines.push_back(left(row.against, name_width));
    for (const prove::Comparison* one : row.at)
      lines.back() += right(one == nullptr ? "–" : ratio_text(*one), ratio_width);
    if (row.against != prove::at_promise) continue;
    lines.push_back(left("  kept", name_width));
    for (const prove::Comparison* one : row.at) lines.back() += right(kept_text(one), ratio_width);
  }
}

void add_summary(std::vector<std::string>& lines, Comparisons summary, std::size_t width) {
  std::size_t name_width = 10;
  for (const auto& one : summary) name_width = std::max(name_width, columns(one.against));
  name_width = std::min(name_width, width > 40 ? width - figures_width : 12);
  lines.emplace_back();
  add(lines, wrap(promise_note, width));
  add(lines, wrap(equal_note, width));
  if (const auto most = std::ranges::max_element(summary, {}, &prove::Comparison::families);
      most->has_range())
    add(lines,
        wrap(fmt::format("90% range: of resamplings of {} families and their traces, with {} "
                         "seed{} each",
                         most->families, most->seeds, most->seeds == 1 ? "" : "s"),
             width));
  for (const Comparisons world : worlds_of(summary))
    if (has_ranges(world))
      add_ranges(lines, world, name_width);
    else
      add_ratios(lines, world, name_width);
}

}  // namespace

const char* const ranking_note =
    "Rivals with the cheapest of their settings within what may be missed, which only hindsight "
    "knows; headroom as it is told.";

const char* const promise_note =
    "headroom's replica-hours ÷ the other's. At its promise: headroom told the share and nothing "
    "chosen, ÷ the cheapest setting of any rival that kept it; kept: on so many traces it missed "
    "at "
    "most 1.25 × the share.";
const char* const equal_note =
    "Everything else at equal misses, which only hindsight can have: of both sides the cheapest "
    "settings that kept the share. Who kept it at none counts with the greatest fleet allowed.";

std::string basis_text(const prove::Trial& run) {
  std::string text;
  if (run.bin_s > 1)
    text = fmt::format("recorded in bins of {}: bursts within them are not known",
                       format_duration(from_seconds(run.bin_s)));
  if (run.service_factor != 1)
    text += fmt::format("{}requests as few as they came, each taking {:.0f} × as long",
                        text.empty() ? "" : "; ", run.service_factor);
  return text;
}

std::string Yardstick::text(double objective_s, std::string_view workload) const {
  const std::string time = objective_s < 10 ? fmt::format("{:.4g} ms", 1e3 * objective_s)
                                            : fmt::format("{:.4g} s", objective_s);
  return fmt::format("judged by {}, the objective of {}: {} may be missed", time,
                     service.empty() ? workload : service, share_text(permitted));
}

std::string case_text(const prove::Case& of) {
  return fmt::format("{}, workload {}, start-up {:g} s{}{}", of.trace, of.workload, of.startup_s,
                     of.part.empty() ? "" : ", ", of.part);
}

std::string standing_note(const prove::Standing& standing, double permitted) {
  if (standing.met) return {};
  const std::string& policy = standing.run->setting.policy;
  if (standing.tried > 1)
    return fmt::format(
        "{}: none of {} settings misses as little as {}; shown is the one that missed least",
        policy, standing.tried, share_text(permitted));
  return fmt::format("{}: misses more than {}", policy, share_text(permitted));
}

std::vector<std::string> frontier_text(std::span<const prove::Trial> trials,
                                       const Yardstick& yardstick,
                                       const std::vector<prove::Comparison>& summary,
                                       std::size_t width) {
  std::vector<std::string> lines = wrap(ranking_note, width);
  add(lines, wrap(table_note, width));
  for (const prove::Ranking& ranking : prove::rankings(trials, yardstick.permitted))
    add_ranking(lines, ranking, yardstick, width);
  if (!summary.empty()) add_summary(lines, summary, width);
  for (auto& line : lines) line = clip(line, width);
  return lines;
}

}  // namespace headroom::report
