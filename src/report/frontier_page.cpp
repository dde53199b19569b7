// A comparison as a self-contained page: the summary, then each case's frontiers.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>

#include "prove/policies.h"
#include "report/frontier.h"
#include "report/frontier_summary.h"
#include "report/html.h"
#include "report/layout.h"
#include "report/plot.h"
#include "report/policy_table.h"

namespace headroom::report {
namespace {

constexpr double least_share = 1e-6;  // the left edge; less is drawn there
constexpr double most_share = 0.1;    // who misses more is no choice, and not drawn
constexpr double width = 300;
constexpr double height = 190;
constexpr double left_margin = 52;  // for the ticks of the costs
constexpr double bottom_margin = 36;

constexpr const char* style = R"css(
.frontiers{display:grid;grid-template-columns:repeat(auto-fit,minmax(310px,1fr));gap:14px}
.frontiers figure{margin:0;padding:12px 14px;max-width:460px}
.frontiers figcaption{margin:0 0 6px;font-size:14px}
.frontiers svg{height:auto;font:11px system-ui,sans-serif}
.frontiers text{fill:var(--muted)}
.frontiers path{stroke-width:1.4}
.frontiers path.grid{stroke-width:1}
.frontiers path.permitted{stroke:var(--muted);stroke-dasharray:5 4}
.k-headroom{stroke:var(--failed);stroke-width:2.6!important;--c:var(--failed)}
.k-oracle{stroke:var(--ink);stroke-dasharray:2 3;--c:var(--ink)}
.k-hpa-cpu{stroke:#4a90d0;--c:#4a90d0}.k-hpa-rate{stroke:#66c2d8;--c:#66c2d8}
.k-keda{stroke:#7a4fb8;--c:#7a4fb8}.k-kpa{stroke:#17794c;--c:#17794c}
.k-kpa-window{stroke:#7fb53c;--c:#7fb53c}.k-aws{stroke:#f2a03c;--c:#f2a03c}
.k-aws-predictive{stroke:#c7742c;--c:#c7742c}.k-wpa{stroke:#d06aa8;--c:#d06aa8}
.k-phpa{stroke:#3a9c9c;--c:#3a9c9c}.k-ehpa{stroke:#b98a6a;--c:#b98a6a}
.k-fixed{stroke:#9aa1aa;--c:#9aa1aa}.k-other{stroke:#7d6f5a;--c:#7d6f5a}
table.compare td,table.compare th{padding:3px 10px 3px 0}
table.compare tr.own td{font-weight:600}
h3{font-size:16px;margin:24px 0 4px}
)css";

/// The class that colours its line: its name, where this build knows it.
std::string kind_of(const std::string& policy) {
  const auto known = prove::policy_names();
  return std::ranges::find(known, policy) == known.end() ? "other" : policy;
}

std::string ranking_table(const prove::Ranking& ranking, const Yardstick& yardstick) {
  std::string html = fmt::format(
      "<h3>{}</h3><p class=\"note\">{}</p><p class=\"note\">{}</p><table "
      "class=\"compare\"><thead><tr><th>policy</th><th>setting</th>",
      escape(case_text(ranking.of)),
      escape(yardstick.text(ranking.objective_s, ranking.of.workload)),
      escape(basis_text(*ranking.policies.front().run)));
  for (const std::string& head : figure_heads(yardstick.cost_per_hour))
    html += fmt::format("<th class=\"n\">{}</th>", head);
  html += "</tr></thead><tbody>";
  std::string notes;
  for (const prove::Standing& one : ranking.policies) {
    const prove::Setting& setting = one.run->setting;
    html +=
        fmt::format("<tr{}><td>{}</td><td>{}</td>",
                    setting.policy == "headroom" ? " class=\"own\"" : "", escape(setting.policy),
                    setting_text(setting, one.run->replicas_min, one.run->replicas_max));
    for (const std::string& cell : figures_of(one.run->score.per_run(), yardstick.cost_per_hour))
      html += fmt::format("<td class=\"n\">{}</td>", escape(cell));
    html += "</tr>";
    if (const std::string note = standing_note(one, yardstick.permitted); !note.empty())
      notes += fmt::format("<p class=\"note\">{}</p>", escape(note));
  }
  return html + "</tbody></table>" + notes + "\n";
}

std::string ranking_section(std::span<const prove::Trial> trials, const Yardstick& yardstick) {
  std::string html = fmt::format(
      "<section><h2>The policies beside each other</h2><p class=\"note\">{}</p><p "
      "class=\"note\">{}.</p>",
      ranking_note, table_note);
  for (const prove::Ranking& ranking : prove::rankings(trials, yardstick.permitted))
    html += ranking_table(ranking, yardstick);
  return html + "</section>\n";
}

/// Where shares and costs lie in a case's plot, both logarithmic. The costs' ticks are its ends.
class Axes {
 public:
  Axes(double least_cost, double most_cost) : ticks_(log_ticks(least_cost, most_cost)) {}

  [[nodiscard]] static double x(double share) {
    return width * std::clamp(std::log10(std::max(share, least_share) / least_share) / 5, 0.0, 1.0);
  }
  [[nodiscard]] double y(double cost) const {
    const double span = std::log(ticks_.back() / ticks_.front());
    return height * (1 - std::clamp(std::log(cost / ticks_.front()) / span, 0.0, 1.0));
  }
  [[nodiscard]] const std::vector<double>& ticks() const { return ticks_; }

 private:
  std::vector<double> ticks_;
};

std::string path_of(const prove::Curve& curve, const Axes& axes) {
  std::string path;
  for (const prove::Outcome& point : curve.frontier)
    if (point.missed_share <= most_share)
      fmt::format_to(std::back_inserter(path), "{}{:.1f} {:.1f}", path.empty() ? "M" : "L",
                     Axes::x(point.missed_share), axes.y(point.cost));
  return fmt::format("<path class=\"k-{}\" d=\"{}\"><title>{}</title></path>",
                     kind_of(curve.policy), path, escape(curve.policy));
}

/// Lines and numbers: those of the shares below the plot, those of the costs to its left.
std::string grid(const Axes& axes, double permitted) {
  std::string svg;
  const auto out = std::back_inserter(svg);
  for (const double share : {1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1})
    fmt::format_to(out,
                   "<path class=\"grid\" d=\"M{0:.1f} 0V{1}\"/><text x=\"{0:.1f}\" y=\"{2}\" "
                   "text-anchor=\"middle\">{3:g}%</text>",
                   Axes::x(share), height, height + 15, 100 * share);
  for (const double cost : axes.ticks())
    fmt::format_to(out,
                   "<path class=\"grid\" d=\"M0 {0:.1f}H{1}\"/><text x=\"-7\" y=\"{2:.1f}\" "
                   "text-anchor=\"end\">{3}</text>",
                   axes.y(cost), width, axes.y(cost) + 4, tick_text(cost));
  fmt::format_to(out, "<path class=\"permitted\" d=\"M{0:.1f} 0V{1}\"/>", Axes::x(permitted),
                 height);
  fmt::format_to(out,
                 "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">share wanting</text><text "
                 "transform=\"translate(-42 {})rotate(-90)\" "
                 "text-anchor=\"middle\">replica-hours</text>",
                 width / 2, height + 31, height / 2);
  return svg;
}

std::string figure(const prove::Case& of, const std::vector<const prove::Curve*>& curves,
                   double permitted) {
  double least_cost = std::numeric_limits<double>::infinity();
  double most_cost = 0;
  for (const prove::Curve* curve : curves)
    for (const prove::Outcome& point : curve->frontier) {
      if (point.missed_share > most_share) continue;
      least_cost = std::min(least_cost, point.cost);
      most_cost = std::max(most_cost, point.cost);
    }
  const Axes axes(least_cost, most_cost);
  std::string svg = grid(axes, permitted);
  for (const prove::Curve* curve : curves) svg += path_of(*curve, axes);
  return fmt::format(
      "<figure><figcaption>{} <em>{}, {:g} s{}</em></figcaption><svg viewBox=\"{} -8 {} "
      "{}\">{}</svg></figure>",
      escape(of.trace), escape(of.workload), of.startup_s,
      of.part.empty() ? "" : ", " + escape(of.part), -left_margin, width + left_margin + 16,
      height + bottom_margin + 8, svg);
}

std::string figures(std::span<const prove::Trial> trials, const Yardstick& yardstick) {
  const auto curves = prove::curves_of(trials);
  std::map<prove::Case, std::vector<const prove::Curve*>> cases;
  std::map<std::string, std::string> kinds;
  for (const prove::Curve& curve : curves) {
    if (curve.fresh_signal) continue;
    cases[curve.of].push_back(&curve);
    kinds[curve.policy] = kind_of(curve.policy);
  }
  std::string html =
      "<section><h2>Frontiers</h2><p class=\"note\">Each line is the best of a policy's settings: "
      "share of requests wanting (left is better) against replica-hours (lower is better), both "
      "logarithmic; less than 0.0001% is drawn at the edge. Dashed: what may be missed.</p><ul "
      "class=\"legend\">";
  for (const auto& [policy, kind] : kinds)
    fmt::format_to(std::back_inserter(html), "<li><span class=\"key line k-{}\"></span>{}</li>",
                   kind, escape(policy));
  html += "</ul><div class=\"frontiers\">";
  for (const auto& [of, lines] : cases) html += figure(of, lines, yardstick.permitted);
  return html + "</div></section>\n";
}

}  // namespace

std::string frontier_page(std::span<const prove::Trial> trials, const Yardstick& yardstick,
                          const std::vector<prove::Comparison>& summary) {
  const bool oracle = std::ranges::any_of(
      trials, [](const prove::Trial& run) { return run.setting.policy == "oracle"; });
  return fmt::format(
             "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta "
             "name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>headroom "
             "comparison</title><style>{}{}</style></head><body><main>\n<header><h1>headroom "
             "<span>comparison</span></h1><p>{} runs.{}</p></header>\n",
             page_style, style, grouped(trials.size()),
             oracle ? " The oracle knows the future: a bound, not a rival." : "") +
         summary_html(summary) + ranking_section(trials, yardstick) + figures(trials, yardstick) +
         "</main></body></html>\n";
}

}  // namespace headroom::report
