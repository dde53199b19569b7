// A comparison as a self-contained page: the summary, then each case's frontiers.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

#include "report/frontier.h"
#include "report/html.h"
#include "report/layout.h"
#include "report/plot.h"

namespace headroom::report {
namespace {

constexpr double least_share = 1e-6;  // the left edge; less is drawn there
constexpr double most_share = 0.1;    // who misses more is no choice, and not drawn
constexpr double width = 300;
constexpr double height = 190;

constexpr const char* style = R"css(
.frontiers{display:grid;grid-template-columns:repeat(auto-fill,minmax(310px,1fr));gap:14px}
.frontiers figure{margin:0;padding:12px 14px}
.frontiers figcaption{margin:0 0 6px;font-size:14px}
.frontiers svg{height:auto;font:11px system-ui,sans-serif}
.frontiers text{fill:var(--muted)}
.frontiers path{stroke-width:1.4}
.k-headroom{stroke:var(--failed);stroke-width:2.6!important;--c:var(--failed)}
.k-oracle{stroke:var(--ink);stroke-dasharray:2 3;--c:var(--ink)}
.k-hpa-cpu{stroke:#4a90d0;--c:#4a90d0}.k-hpa-rate{stroke:#66c2d8;--c:#66c2d8}
.k-keda{stroke:#7a4fb8;--c:#7a4fb8}.k-kpa{stroke:#17794c;--c:#17794c}
.k-kpa-window{stroke:#7fb53c;--c:#7fb53c}.k-aws{stroke:#f2a03c;--c:#f2a03c}
.k-fixed{stroke:#9aa1aa;--c:#9aa1aa}.k-other{stroke:#b98a6a;--c:#b98a6a}
table.compare td,table.compare th{padding:3px 10px 3px 0}
)css";

const char* kind_of(const std::string& policy) {
  for (const char* known : {"headroom", "oracle", "hpa-cpu", "hpa-rate", "keda", "kpa",
                            "kpa-window", "aws", "aws-predictive", "fixed"})
    if (policy == known) return known;
  return "other";
}

std::string table_head(const prove::Comparison& one) {
  return fmt::format(
      "<section><h2>{:g}% missed, {:g} s until a replica is ready, {}</h2><table "
      "class=\"compare\"><thead><tr><th>headroom against</th><th class=\"n\">cost ratio</th><th "
      "class=\"n\">90% range</th><th class=\"n\">cases</th><th class=\"n\">families</th><th>worst "
      "case</th><th>not reached by headroom / by the other</th></tr></thead><tbody>",
      100 * one.missed_share, one.startup_s, one.part.empty() ? "all traces" : escape(one.part));
}

std::string table_row(const prove::Comparison& one) {
  if (one.cases == 0)
    return fmt::format(
        "<tr><td>{}</td><td class=\"n\">–</td><td class=\"n\">–</td><td class=\"n\">0</td><td "
        "class=\"n\">0</td><td>–</td><td>{} / {}</td></tr>",
        escape(one.against), one.headroom_short, one.other_short);
  return fmt::format(
      "<tr><td>{}</td><td class=\"n\">{:.2f}</td><td class=\"n\">{:.2f}–{:.2f}</td><td "
      "class=\"n\">{}</td><td class=\"n\">{}</td><td>{:.2f} {}</td><td>{} / {}</td></tr>",
      escape(one.against), one.ratio, one.low, one.high, one.cases, one.families, one.worst_ratio,
      escape(one.worst_case), one.headroom_short, one.other_short);
}

std::string tables(const std::vector<prove::Comparison>& summary) {
  std::string html;
  for (std::size_t i = 0; i < summary.size(); ++i) {
    const prove::Comparison& one = summary[i];
    const auto same = [&](const prove::Comparison& other) {
      return other.startup_s == one.startup_s && other.part == one.part &&
             other.missed_share == one.missed_share;
    };
    if (i == 0 || !same(summary[i - 1])) html += table_head(one);
    html += table_row(one);
    if (i + 1 == summary.size() || !same(summary[i + 1])) html += "</tbody></table></section>\n";
  }
  return html;
}

/// Where shares and costs lie in a case's plot, both logarithmic.
struct Axes {
  double least_cost = 1e300;
  double most_cost = 0;

  [[nodiscard]] static double x(double share) {
    return width * std::clamp(std::log10(std::max(share, least_share) / least_share) / 5, 0.0, 1.0);
  }
  [[nodiscard]] double y(double cost) const {
    const double span = std::max(std::log(most_cost / least_cost), 1e-9);
    return height * (1 - std::clamp(std::log(cost / least_cost) / span, 0.0, 1.0));
  }
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

std::string grid(const Axes& axes) {
  std::string svg;
  for (const double share : {1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1})
    fmt::format_to(std::back_inserter(svg),
                   "<path class=\"grid\" d=\"M{0:.1f} 0V{1}\"/><text x=\"{0:.1f}\" y=\"{2}\" "
                   "text-anchor=\"middle\">{3:g}%</text>",
                   Axes::x(share), height, height + 14, 100 * share);
  fmt::format_to(std::back_inserter(svg),
                 "<text x=\"{0}\" y=\"{1}\" text-anchor=\"end\">{2}</text><text x=\"{0}\" y=\"10\" "
                 "text-anchor=\"end\">{3} replica-hours</text>",
                 width, height - 3, rough(axes.least_cost), rough(axes.most_cost));
  return svg;
}

std::string figure(const prove::Case& of, const std::vector<const prove::Curve*>& curves) {
  Axes axes;
  for (const prove::Curve* curve : curves)
    for (const prove::Outcome& point : curve->frontier) {
      if (point.missed_share > most_share) continue;
      axes.least_cost = std::min(axes.least_cost, point.cost);
      axes.most_cost = std::max(axes.most_cost, point.cost);
    }
  std::string svg = grid(axes);
  for (const prove::Curve* curve : curves) svg += path_of(*curve, axes);
  return fmt::format(
      "<figure><figcaption>{} <em>{}, {:g} s{}</em></figcaption><svg viewBox=\"-14 -6 {} "
      "{}\">{}</svg></figure>",
      escape(of.trace), escape(of.workload), of.startup_s,
      of.part.empty() ? "" : ", " + escape(of.part), width + 28, height + 26, svg);
}

std::string figures(std::span<const prove::Trial> trials) {
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
      "share of requests missed (left is better) against replica-hours (lower is better), both "
      "logarithmic; less than 0.0001% is drawn at the edge.</p><ul class=\"legend\">";
  for (const auto& [policy, kind] : kinds)
    fmt::format_to(std::back_inserter(html), "<li><span class=\"key line k-{}\"></span>{}</li>",
                   kind, escape(policy));
  html += "</ul><div class=\"frontiers\">";
  for (const auto& [of, lines] : cases) html += figure(of, lines);
  return html + "</div></section>\n";
}

}  // namespace

std::string frontier_page(std::span<const prove::Trial> trials,
                          const std::vector<prove::Comparison>& summary) {
  return fmt::format(
             "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta "
             "name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>headroom "
             "comparison</title><style>{}{}</style></head><body><main>\n<header><h1>headroom "
             "<span>comparison</span></h1><p>{} runs; a cost ratio is headroom's replica-hours ÷ "
             "the other's at an equal share of missed requests, below 1 where headroom is cheaper: "
             "geometric mean over families of traces. The oracle knows the future: a bound, not a "
             "rival.</p></header>\n",
             page_style, style, grouped(trials.size())) +
         figures(trials) + tables(summary) + "</main></body></html>\n";
}

}  // namespace headroom::report
