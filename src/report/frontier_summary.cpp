// The ratios of a comparison as tables of a page.
#include "report/frontier_summary.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/frontier.h"
#include "report/layout.h"
#include "report/plot.h"

namespace headroom::report {
namespace {

std::string number(const std::string& text) {
  return fmt::format("<td class=\"n\">{}</td>", text);
}

std::string ratio_text(const prove::Comparison& one) {
  return one.cases > 0 ? fmt::format("{:.2f}", one.ratio) : "–";
}

std::string title(const prove::Comparison& one) {
  return fmt::format("{:g} s until a replica is ready{}", one.startup_s,
                     one.part.empty() ? "" : ", " + escape(one.part));
}

std::string range_row(const prove::Comparison& one) {
  std::string html = fmt::format("<tr><td>{}</td>", escape(one.against));
  html += number(ratio_text(one));
  html += number(one.has_range() ? fmt::format("{:.2f}–{:.2f}", one.low, one.high) : "");
  html += number(std::to_string(one.cases)) + number(std::to_string(one.families));
  html += number(one.kept ? std::to_string(*one.kept) : "");
  html += fmt::format("<td>{}</td><td>{} / {} / {}</td></tr>",
                      one.has_range() ? fmt::format("{:.2f} {}; {:.2f} {}", one.worst_family_ratio,
                                                    escape(one.worst_family), one.worst_ratio,
                                                    escape(one.worst_case))
                                      : std::string(),
                      one.headroom_short, one.other_short, one.both_short);
  return html;
}

/// One table for each share.
std::string range_tables(Comparisons world) {
  std::string html;
  for (std::size_t i = 0; i < world.size(); ++i) {
    const prove::Comparison& one = world[i];
    if (i == 0 || one.missed_share != world[i - 1].missed_share)
      html += fmt::format(
          "{}<h3>{:g}% missed, {}</h3><table class=\"compare\"><thead><tr><th>headroom "
          "against</th><th class=\"n\">cost ratio</th><th class=\"n\">90% range</th><th "
          "class=\"n\">traces</th><th class=\"n\">families</th><th class=\"n\">kept "
          "on</th><th>worst family; worst trace</th><th>at the greatest fleet: headroom / the "
          "other "
          "/ neither kept it</th></tr></thead><tbody>",
          i == 0 ? "" : "</tbody></table>\n", 100 * one.missed_share, title(one));
    html += range_row(one);
  }
  return html + "</tbody></table>\n";
}

/// All shares side by side, as there is but a number for each.
std::string ratio_table(Comparisons world) {
  std::string html = fmt::format(
      "<h3>{}</h3><table class=\"compare\"><thead><tr><th>headroom against</th>", title(world[0]));
  for (const double share : shares_of(world))
    html += fmt::format("<th class=\"n\">at {:g}% missed</th>", 100 * share);
  html += "</tr></thead><tbody>";
  for (const RatioRow& row : ratio_rows(world)) {
    html += fmt::format("<tr><td>{}</td>", escape(row.against));
    for (const prove::Comparison* one : row.at) {
      std::string text = one == nullptr ? "–" : ratio_text(*one);
      if (one != nullptr && one->kept) text += *one->kept == one->cases ? ", kept" : ", not kept";
      html += number(text);
    }
    html += "</tr>";
  }
  return html + "</tbody></table>\n";
}

}  // namespace

std::vector<Comparisons> worlds_of(Comparisons summary) {
  std::vector<Comparisons> worlds;
  while (!summary.empty()) {
    const prove::Comparison& first = summary.front();
    const auto next = std::ranges::find_if(summary, [&](const prove::Comparison& other) {
      return other.startup_s != first.startup_s || other.part != first.part;
    });
    worlds.emplace_back(summary.begin(), next);
    summary = summary.subspan(worlds.back().size());
  }
  return worlds;
}

bool has_ranges(Comparisons world) {
  return std::ranges::any_of(world, &prove::Comparison::has_range);
}

std::vector<double> shares_of(Comparisons world) {
  std::vector<double> shares;
  for (const prove::Comparison& one : world)
    if (std::ranges::find(shares, one.missed_share) == shares.end())
      shares.push_back(one.missed_share);
  return shares;
}

std::vector<RatioRow> ratio_rows(Comparisons world) {
  const std::vector<double> shares = shares_of(world);
  std::vector<RatioRow> rows;
  for (const prove::Comparison& one : world) {
    auto row = std::ranges::find(rows, one.against, &RatioRow::against);
    if (row == rows.end()) row = rows.insert(rows.end(), {one.against, {shares.size(), nullptr}});
    const auto share = std::ranges::find(shares, one.missed_share);
    row->at[static_cast<std::size_t>(share - shares.begin())] = &one;
  }
  std::ranges::stable_partition(
      rows, [](const RatioRow& one) { return one.against == prove::at_promise; });
  return rows;
}

std::string summary_html(Comparisons summary) {
  if (summary.empty()) return {};
  std::string html = fmt::format(
      "<section><h2>headroom's cost beside the others'</h2><p class=\"note\">{} "
      "{}</p><p class=\"note\">Below 1 where headroom is cheaper. Over several traces "
      "the geometric mean over their families; the 90% range is that of resamplings of "
      "as many families as stand there and their traces, each run with {}.</p>",
      promise_note, equal_note, counted(static_cast<std::uint64_t>(summary.front().seeds), "seed"));
  for (const Comparisons world : worlds_of(summary))
    html += has_ranges(world) ? range_tables(world) : ratio_table(world);
  return html + "</section>\n";
}

}  // namespace headroom::report
