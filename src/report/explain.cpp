// A decision laid out for a terminal, and as JSON.
#include "report/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/date.h"
#include "core/text.h"
#include "report/layout.h"
#include "report/run.h"
#include "scale/placement.h"
#include "scale/seen.h"

namespace headroom::report {
namespace {

using Json = nlohmann::ordered_json;

struct Phases {
  int starting = 0;
  int ready = 0;
  int draining = 0;
};

Phases count(const scale::ServiceSeen& seen) {
  Phases phases;
  for (const auto& replica : seen.replicas) {
    phases.starting += replica.phase == scale::Phase::starting;
    phases.ready += replica.phase == scale::Phase::ready;
    phases.draining += replica.phase == scale::Phase::draining;
  }
  return phases;
}

/// Appends to a list of lines, never wider than the terminal.
class Page {
 public:
  Page(std::vector<std::string>& lines, std::size_t width)
      : lines_(lines), width_(std::max<std::size_t>(width, 40)) {}

  void paragraph(std::string_view text, std::string_view indent = "") {
    for (auto& line : wrap(text, width_, indent)) lines_.push_back(std::move(line));
  }
  void heading(std::string_view text) {
    lines_.emplace_back();
    paragraph(text);
  }
  /// A label in a column of its own, the text beside it.
  void item(std::string_view label, std::string_view text, std::size_t label_width) {
    const std::string indent(2 + label_width + 1, ' ');
    auto wrapped = wrap(text, width_, indent);
    wrapped[0] = "  " + left(label, label_width) + wrapped[0].substr(2 + label_width);
    for (auto& line : wrapped) lines_.push_back(std::move(line));
  }

 private:
  std::vector<std::string>& lines_;
  std::size_t width_;
};

void add_title(Page& page, const Explanation& what) {
  const int now = what.decision.replicas;
  const std::string replicas = counted(static_cast<std::uint64_t>(now), "replica");
  const std::string change = !what.before          ? replicas
                             : *what.before == now ? "stays at " + replicas
                                                   : fmt::format("{} → {}", *what.before, replicas);
  page.paragraph(fmt::format("{}: {}", what.decision.service, change));
  page.paragraph(fmt::format("decided at {}", format_date(what.at)));
  if (!what.decision.summary.empty()) page.paragraph(what.decision.summary, "  ");
}

std::string arrivals_text(const Explanation& what) {
  const auto& seen = what.seen;
  // Of as long as was told of: a source may be late, or tell once in a while.
  const double told_s = what.dt_s * (seen.covered > 0 ? seen.covered : 1);
  std::string text = fmt::format("{} in {} s", counted(seen.arrivals, "request"), rough(told_s));
  text += fmt::format("; ended: {} good, {} late, {} shed, {} failed", grouped(seen.good),
                      grouped(seen.late), grouped(seen.shed), grouped(seen.failed));
  if (seen.gone > 0) text += fmt::format(", {} left by their client", grouped(seen.gone));
  return text;
}

std::string latency_text(const Explanation& what) {
  const auto& seen = what.seen;
  std::string text = fmt::format("p50 {}, p95 {}, p99 {}", latency(seen.latency_p50_s),
                                 latency(seen.latency_p95_s), latency(seen.latency_p99_s));
  if (what.policy)
    text += fmt::format("; objective: p{:g} within {}", what.policy->objective.quantile * 100,
                        format_duration(what.policy->objective.latency));
  return text;
}

std::string replicas_text(const scale::ServiceSeen& seen) {
  if (!scale::replicas_known(&seen)) return "not known";
  const Phases phases = count(seen);
  return fmt::format("{} ready, {} starting, {} draining", phases.ready, phases.starting,
                     phases.draining);
}

/// "2 of 2, 2 of 2, 0 of 1": of what is decided for each zone, how many are ready; empty where
/// there is one zone.
std::string zones_text(const Explanation& what) {
  const auto& wanted = what.decision.zones;
  const auto ready =
      scale::in_zones(what.seen, scale::Phase::ready, static_cast<int>(wanted.size()));
  std::string text;
  for (std::size_t i = 0; i < wanted.size(); ++i)
    text += fmt::format("{}{} of {}", i == 0 ? "" : ", ", ready[i], wanted[i]);
  return text;
}

void add_observation(Page& page, const Explanation& what) {
  constexpr std::size_t label = 9;
  const auto& seen = what.seen;
  page.heading("What was seen");
  page.item("arrivals", arrivals_text(what), label);
  page.item("latency", latency_text(what), label);
  page.item("replicas",
            fmt::format("{}; {} requests in flight, {} waiting", replicas_text(seen),
                        rough(seen.concurrency), seen.waiting),
            label);
  if (const auto zones = zones_text(what); !zones.empty())
    page.item("zones", zones + " ready", label);
  std::string evidence = seen.completeness >= 1 ? "complete"
                                                : fmt::format("{} of the sources reported",
                                                              percent(seen.completeness));
  if (what.machine_cpu >= 0)
    evidence += fmt::format("; {:.0f}% of the machine's CPU busy", 100 * what.machine_cpu);
  page.item("evidence", evidence, label);
  for (const auto& event : seen.events) page.item("event", event, label);
}

void add_rules(Page& page, const Explanation& what) {
  page.heading("How it was decided (* changed the number)");
  std::size_t label = 12;
  for (const auto& reason : what.decision.reasons)
    label =
        std::clamp(columns(reason.name()) + columns(reason.stage()) + 8, label, std::size_t{26});
  for (const auto& reason : what.decision.reasons) {
    const auto name = fmt::format("{}/{}", reason.stage(), reason.name());
    page.item(left(fmt::format("{} {}", reason.decisive ? "*" : " ", name), label - 4) +
                  right(std::to_string(reason.replicas), 4),
              reason.text, label);
  }
  if (what.decision.reasons.empty()) page.paragraph("no rule had anything to say", "  ");
}

void add_counterfactuals(Page& page, const Explanation& what) {
  if (what.decision.counterfactuals.empty()) return;
  page.heading("What it would have been");
  for (const auto& other : what.decision.counterfactuals) page.paragraph(without_text(other), "  ");
}

Json observation_json(const Explanation& what) {
  const auto& seen = what.seen;
  const Phases phases = count(seen);
  return {{"dt_s", what.dt_s},
          {"arrivals", seen.arrivals},
          {"good", seen.good},
          {"late", seen.late},
          {"shed", seen.shed},
          {"failed", seen.failed},
          {"gone", seen.gone},
          {"concurrency", seen.concurrency},
          {"waiting", seen.waiting},
          {"service_time_ms", seen.service_time_s * 1e3},
          {"latency_ms",
           {{"p50", seen.latency_p50_s * 1e3},
            {"p95", seen.latency_p95_s * 1e3},
            {"p99", seen.latency_p99_s * 1e3}}},
          {"replicas",
           {{"starting", phases.starting}, {"ready", phases.ready}, {"draining", phases.draining}}},
          {"completeness", seen.completeness},
          {"machine_cpu", what.machine_cpu},
          {"events", seen.events}};
}

}  // namespace

std::vector<std::string> explain_text(const Explanation& what, std::size_t width) {
  std::vector<std::string> lines;
  Page page(lines, width);
  add_title(page, what);
  add_observation(page, what);
  add_rules(page, what);
  add_counterfactuals(page, what);
  return lines;
}

Json explain_json(const Explanation& what) {
  Json reasons = Json::array();
  for (const auto& reason : what.decision.reasons)
    reasons.push_back({{"stage", reason.stage()},
                       {"rule", reason.name()},
                       {"replicas", reason.replicas},
                       {"text", reason.text},
                       {"decisive", reason.decisive}});
  Json others = Json::array();
  for (const auto& other : what.decision.counterfactuals)
    others.push_back({{"without", other.name()}, {"replicas", other.replicas}});
  Json out = {{"at", format_date(what.at)},
              {"service", what.decision.service},
              {"replicas", what.decision.replicas},
              {"zones", what.decision.zones},
              {"before", what.before ? Json(*what.before) : Json(nullptr)},
              {"summary", what.decision.summary},
              {"reasons", std::move(reasons)},
              {"counterfactuals", std::move(others)},
              {"observation", observation_json(what)}};
  if (what.policy)
    out["objective"] = {{"quantile", what.policy->objective.quantile},
                        {"latency_ms", milliseconds(what.policy->objective.latency)}};
  return out;
}

}  // namespace headroom::report
