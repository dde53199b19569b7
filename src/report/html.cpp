// Puts the report's page together.
#include "report/html.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "core/date.h"
#include "core/text.h"
#include "report/layout.h"
#include "report/plot.h"
#include "report/service_plots.h"
#include "report/when.h"

namespace headroom::report {
namespace {

std::string span_text(const Verdict& verdict) {
  const auto length = std::chrono::round<std::chrono::seconds>(verdict.to - verdict.from);
  const std::string from_day = format_date(verdict.from).substr(0, 10);
  const std::string to_day = format_date(verdict.to).substr(0, 10);
  return fmt::format("{} {} to {}{} UTC, {}", from_day, format_time_of_day(verdict.from),
                     to_day == from_day ? "" : to_day + " ", format_time_of_day(verdict.to),
                     format_duration(length));
}

/// Whether it happened, and on what machine.
std::string origin_text(const Run& run, const Verdict& verdict) {
  if (!run.simulation.empty()) return "Simulated: " + run.simulation;
  if (verdict.cpu_mean < 0) return "machine CPU unknown";
  return fmt::format("machine CPU {:.0f}% busy on average, above {:.0f}% in {:.0f}% of the time",
                     100 * verdict.cpu_mean, 100 * saturated_cpu, 100 * verdict.cpu_share_above);
}

struct Badge {
  const char* style;
  const char* text;
};

Badge badge_of(const ServiceVerdict& service, bool saturated) {
  if (saturated) return {"warn", "no verdict: machine saturated"};
  if (service.counts.all() == 0) return {"warn", "nothing arrived"};
  return service.met ? Badge{"good", "objective met"} : Badge{"bad", "objective missed"};
}

void add_figure(std::string& html, std::string_view value, std::string_view label) {
  fmt::format_to(std::back_inserter(html), "<div><dt>{}</dt><dd>{}</dd></div>", escape(label),
                 value);
}

void add_requests(std::string& html, const Counts& counts) {
  if (counts.all() == 0) return add_figure(html, "no", "requests");
  add_figure(html, percent(1 - counts.missed_share()), "good");
  add_figure(html, grouped(counts.missed()),
             fmt::format("missed of {} requests", grouped(counts.all())));
}

std::string spell_text(const ServiceVerdict& service) {
  return format_duration(from_seconds(std::round(service.longest_spell_s)));
}

std::string card(const ServiceVerdict& service, bool saturated) {
  const Badge badge = badge_of(service, saturated);
  std::string html = fmt::format(
      "<article class=\"card\"><h2>{}</h2><p class=\"badge {}\">{}</p><p class=\"promise\">wanted: "
      "{}</p><dl>",
      escape(service.service), badge.style, badge.text, promise_text(service.policy.objective));
  add_requests(html, service.counts);
  if (service.counts.all() > 0) {
    add_figure(html, share_text(service.worst_share), "missed in the worst five minutes");
    add_figure(html, spell_text(service),
               fmt::format("longest with more than {} missed", share_text(service.spell_share)));
  }
  add_figure(html, fmt::format("{:.3f}", service.replica_hours), "replica-hours");
  if (service.fixed_fleet)
    add_figure(html, fmt::format("{:.2f} <small>×</small>", *service.ratio()),
               fmt::format("the fixed fleet of {}*", *service.fixed_fleet));
  if (service.clairvoyant_hours && *service.clairvoyant_hours > 0)
    add_figure(
        html,
        fmt::format("{:.2f} <small>×</small>", service.replica_hours / *service.clairvoyant_hours),
        "the clairvoyant minimum*");
  html += "</dl>";
  if (!service.met && !saturated)
    html += fmt::format("<p class=\"note\">Broken by: {}.</p>", escape(service.broken));
  if (service.shortfall)
    html +=
        fmt::format("<p class=\"note\">Lost: {}.</p>", escape(shortfall_text(*service.shortfall)));
  return html + "</article>\n";
}

std::string important_list(const std::vector<Important>& important) {
  if (important.empty()) return {};
  std::string html = "<section><h2>The decisions that mattered most</h2><ol class=\"decisions\">";
  const auto out = std::back_inserter(html);
  for (const auto& one : important) {
    fmt::format_to(out,
                   "<li><b class=\"number\">{}</b><div><h3>{}: {}</h3><p "
                   "class=\"when\">at {} ({}), {} missed around it</p><ul>",
                   one.number, escape(one.service), change_text(one), clock_text(one.t_s),
                   format_date(one.at), counted(one.missed_around, "request"));
    if (const auto step = step_text(one); !step.empty())
      fmt::format_to(out, "<li class=\"without\">{}</li>", step);
    for (const auto& reason : one.decision.reasons)
      if (reason.decisive)
        fmt::format_to(out, "<li><code>{}</code> {}</li>", escape(reason.name()),
                       escape(reason.text));
    for (const auto& other : one.decision.counterfactuals)
      fmt::format_to(out, "<li class=\"without\">{}</li>", escape(without_text(other)));
    html += "</ul></div></li>";
  }
  return html + "</ol></section>\n";
}

std::string gaps_note(const Run& run) {
  std::int64_t lost = 0;
  for (const auto& gap : run.gaps) lost += gap.lost;
  if (run.gaps.empty()) return {};
  return fmt::format(
      "<p class=\"note\">The journal could not be written {}; {} missing here.</p>",
      counted(run.gaps.size(), "time"),
      counted(static_cast<std::uint64_t>(lost), "tick") + (lost == 1 ? " is" : " are"));
}

/// One number of the table.
struct Row {
  std::string label;
  std::string value;
  const char* unit;
  std::string source;
};

std::vector<Row> rows_of(const ServiceVerdict& service) {
  const Counts& counts = service.counts;
  const char* counted = service.by_client ? "client" : "gateway, journal";
  const std::string fixed_source =
      service.fixed_fleet ? "estimated" : "not estimated: " + service.fixed_unknown;
  const auto estimated = [](const std::optional<double>& value) {
    return value ? fmt::format("{:.3f}", *value) : std::string("–");
  };
  return {
      {"requests", grouped(counts.all()), "requests", counted},
      {"good", grouped(counts.good), "requests", counted},
      {"late", grouped(counts.late), "requests", counted},
      {"shed", grouped(counts.shed), "requests", counted},
      {"failed", grouped(counts.failed), "requests", counted},
      {"missed", counts.all() == 0 ? "–" : fmt::format("{:.3f}", 100 * counts.missed_share()),
       "% of requests", counted},
      {"worst five minutes", share_text(service.worst_share), "missed", "gateway, journal"},
      {"longest spell", spell_text(service),
       service.spell_share > 0.01 ? "missing more than is permitted" : "missing more than 1%",
       "gateway, journal"},
      {"used", fmt::format("{:.3f}", service.replica_hours), "replica-hours", "replicas, journal"},
      {"cost", fmt::format("{:.3f}", service.cost), "by cost_per_hour", "replicas, journal"},
      {"most at once", std::to_string(service.replicas_most), "replicas", "replicas, journal"},
      {"smallest fixed fleet", service.fixed_fleet ? std::to_string(*service.fixed_fleet) : "–",
       "replicas", fixed_source},
      {"its use",
       estimated(service.fixed_fleet ? std::optional(service.fixed_hours) : std::nullopt),
       "replica-hours", fixed_source},
      {"clairvoyant minimum", estimated(service.clairvoyant_hours), "replica-hours", "estimated"},
      {"capacity of a replica", rough(service.station.per_second), "requests/s", "model"},
      {"service time", rough(service.station.service_time_s * 1e3), "ms, unloaded", "model"},
      {"start-up time", rough(service.station.startup_s), "s, planned with", "model"},
  };
}

std::string table(const ServiceVerdict& service) {
  std::string html =
      "<details open><summary>The numbers</summary><table><thead><tr><th></th><th "
      "class=\"n\">value</th><th>unit</th><th>source</th></tr></thead><tbody>";
  for (const auto& row : rows_of(service))
    fmt::format_to(std::back_inserter(html),
                   "<tr><td>{}</td><td class=\"n\">{}</td><td>{}</td><td>{}</td></tr>", row.label,
                   row.value, row.unit, escape(row.source));
  return html + fmt::format("</tbody></table><p class=\"note\">Capacity: {}.</p></details>\n",
                            escape(service.basis));
}

std::string service_section(const ServiceRun& run, const ServiceVerdict& verdict,
                            const std::vector<Important>& important) {
  std::string html = fmt::format("<section class=\"service\"><h2>{}</h2>\n", escape(run.name()));
  for (const auto& plot : plots_of(run, important)) html += render(plot);
  return html + table(verdict) + "</section>\n";
}

std::string method_section() {
  std::string html = "<section><h2>How this was measured and estimated</h2><ul class=\"method\">";
  for (const auto& sentence : methods())
    fmt::format_to(std::back_inserter(html), "<li>{}</li>", escape(sentence));
  return html + "</ul></section>\n";
}

}  // namespace

std::string html_page(const Run& run, const Verdict& verdict) {
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\"><title>headroom report, "
      "{0}</title><style>{1}</style></head><body><main>\n<header><h1>headroom "
      "<span>report</span></h1><p>{0}</p><p>{2}</p></header>\n",
      span_text(verdict), page_style, escape(origin_text(run, verdict)));
  if (verdict.saturated)
    html +=
        "<p class=\"banner\">This machine is saturated: its CPU was above 70% too often. Latency "
        "then tells about the machine and not about the number of replicas, so there is no "
        "verdict.</p>\n";
  if (const std::string note = set_back_text(verdict); !note.empty())
    html += fmt::format("<p class=\"note\">{}</p>\n", note);
  html += "<div class=\"cards\">";
  for (const auto& service : verdict.services) html += card(service, verdict.saturated);
  html += "</div><p class=\"note\">* estimated from this run; see the end of the page</p>\n";
  html += important_list(verdict.important) + gaps_note(run);
  for (std::size_t i = 0; i < run.services.size(); ++i)
    html += service_section(run.services[i], verdict.services[i], verdict.important);
  html += method_section();
  return html + fmt::format("</main><script>{}</script></body></html>\n", page_script);
}

}  // namespace headroom::report
