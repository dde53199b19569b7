// A verdict for a terminal and for programs.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/date.h"
#include "core/text.h"
#include "report/layout.h"
#include "report/verdict.h"

namespace headroom::report {
namespace {

using Json = nlohmann::ordered_json;

/// Lines with a label column.
class Lines {
 public:
  explicit Lines(std::size_t width) : width_(std::max<std::size_t>(width, 40)) {}

  void text(std::string_view text, std::string_view indent = "") {
    for (auto& line : wrap(text, width_, indent)) lines_.push_back(std::move(line));
  }
  void item(std::string_view label, std::string_view text) {
    constexpr std::size_t label_width = 15;
    auto wrapped = wrap(text, width_, std::string(label_width + 2, ' '));
    wrapped[0] = "  " + left(label, label_width) + wrapped[0].substr(label_width + 2);
    for (auto& line : wrapped) lines_.push_back(std::move(line));
  }
  void blank() { lines_.emplace_back(); }
  std::vector<std::string> take() { return std::move(lines_); }

 private:
  std::size_t width_;
  std::vector<std::string> lines_;
};

std::string headline(const ServiceVerdict& service, bool saturated) {
  if (saturated) return fmt::format("{}: no verdict, this machine is saturated", service.service);
  if (service.counts.all() == 0) return fmt::format("{}: nothing arrived", service.service);
  return fmt::format("{}: objective {}", service.service, service.met ? "met" : "MISSED");
}

std::string requests_text(const ServiceVerdict& service) {
  const Counts& counts = service.counts;
  const std::string by = service.by_client ? "; counted by the client" : "; counted by the gateway";
  if (counts.all() == 0) return "no requests" + by;
  return fmt::format("{} good of {} ({}), {} late, {} shed, {} failed", grouped(counts.good),
                     grouped(counts.all()), percent(1 - counts.missed_share()),
                     grouped(counts.late), grouped(counts.shed), grouped(counts.failed)) +
         by;
}

std::string fixed_text(const ServiceVerdict& service) {
  if (!service.fixed_fleet) return "cannot be estimated: " + service.fixed_unknown;
  return fmt::format("{}, {:.3f} replica-hours, estimated; used: {:.2f} × that",
                     counted(static_cast<std::uint64_t>(*service.fixed_fleet), "replica"),
                     service.fixed_hours, *service.ratio());
}

std::string worst_text(const ServiceVerdict& service) {
  return fmt::format("{} missed; longest spell of more than {}: {}",
                     share_text(service.worst_share), share_text(service.spell_share),
                     format_duration(from_seconds(std::round(service.longest_spell_s))));
}

void add_service(Lines& lines, const ServiceVerdict& service, bool saturated) {
  lines.text(headline(service, saturated));
  lines.item("wanted", promise_text(service.policy.objective));
  lines.item("requests", requests_text(service));
  if (service.counts.all() > 0) lines.item("worst 5 min", worst_text(service));
  if (!service.reasons.empty()) lines.item("reasons", reasons_text(service.reasons));
  if (!service.met && !saturated) lines.item("broken by", service.broken);
  if (service.shortfall) lines.item("lost", shortfall_text(*service.shortfall));
  lines.item("used",
             fmt::format("{:.3f} replica-hours, at most {} at once", service.replica_hours,
                         counted(static_cast<std::uint64_t>(service.replicas_most), "replica")));
  lines.item("fixed fleet", fixed_text(service));
  if (service.clairvoyant_hours)
    lines.item("clairvoyant",
               fmt::format("{:.3f} replica-hours, estimated", *service.clairvoyant_hours));
  lines.blank();
}

void add_important(Lines& lines, const std::vector<Important>& important) {
  if (important.empty()) return;
  lines.text("The decisions that mattered most");
  for (const auto& one : important) {
    lines.text(fmt::format("{}. {} {}: {}; {} missed around it", one.number, format_date(one.at),
                           one.service, change_text(one), counted(one.missed_around, "request")));
    if (const auto step = step_text(one); !step.empty()) lines.text(step + ":", "     ");
    for (const auto& reason : one.decision.reasons)
      if (reason.decisive) lines.text(fmt::format("{}: {}", reason.name(), reason.text), "     ");
    for (const auto& other : one.decision.counterfactuals) lines.text(without_text(other), "     ");
  }
}

Json shortfall_json(const std::optional<Shortfall>& shortfall) {
  if (!shortfall) return nullptr;
  return {{"from", format_date(shortfall->from)}, {"length_s", shortfall->length_s},
          {"missed", shortfall->missed},          {"demand_before_rps", shortfall->demand_before},
          {"demand_rps", shortfall->demand},      {"ready", shortfall->ready},
          {"carried_rps", shortfall->carried},    {"text", shortfall_text(*shortfall)}};
}

Json service_json(const ServiceVerdict& service) {
  const auto optional = [](const auto& value) { return value ? Json(*value) : Json(nullptr); };
  const auto said = [](const std::string& text) {
    return text.empty() ? Json(nullptr) : Json(text);
  };
  return {{"service", service.service},
          {"objective_met", service.met},
          {"broken", said(service.broken)},
          {"objective",
           {{"quantile", service.policy.objective.quantile},
            {"latency_ms", milliseconds(service.policy.objective.latency)},
            {"availability", service.policy.objective.availability}}},
          {"counted_by", service.by_client ? "client" : "gateway"},
          {"requests", service.counts.all()},
          {"good", service.counts.good},
          {"late", service.counts.late},
          {"shed", service.counts.shed},
          {"failed", service.counts.failed},
          {"missed_share", service.counts.missed_share()},
          {"worst_five_minutes_share", service.worst_share},
          {"longest_spell_s", service.longest_spell_s},
          {"spell_share", service.spell_share},
          {"reasons", service.reasons},
          {"shortfall", shortfall_json(service.shortfall)},
          {"replica_hours", service.replica_hours},
          {"replicas_most", service.replicas_most},
          {"cost", service.cost},
          {"fixed_fleet", optional(service.fixed_fleet)},
          {"fixed_unknown", said(service.fixed_unknown)},
          {"fixed_replica_hours", service.fixed_fleet ? Json(service.fixed_hours) : Json(nullptr)},
          {"ratio_to_fixed", optional(service.ratio())},
          {"clairvoyant_replica_hours", optional(service.clairvoyant_hours)},
          {"capacity_per_replica_rps", service.station.per_second},
          {"capacity_low_rps", service.capacity.low_per_second},
          {"capacity_high_rps", service.capacity.high_per_second},
          {"capacity_age_s", service.capacity.age_s},
          {"capacity_basis", service.basis},
          {"startup_s", service.station.startup_s}};
}

}  // namespace

std::string set_back_text(const Verdict& verdict) {
  if (verdict.set_back <= Duration::zero()) return {};
  return fmt::format("The clock was set back by {}: times go on here as if it had not been.",
                     format_duration(std::chrono::round<std::chrono::seconds>(verdict.set_back)));
}

std::vector<std::string> verdict_text(const Verdict& verdict, std::size_t width) {
  Lines lines(width);
  lines.text(fmt::format(
      "{} to {}, {}", format_date(verdict.from), format_date(verdict.to),
      format_duration(std::chrono::round<std::chrono::seconds>(verdict.to - verdict.from))));
  if (const std::string note = set_back_text(verdict); !note.empty()) lines.text(note);
  if (verdict.cpu_mean >= 0)
    lines.text(
        fmt::format("machine CPU {:.0f}% busy on average, above {:.0f}% in {:.0f}% of the time",
                    100 * verdict.cpu_mean, 100 * saturated_cpu, 100 * verdict.cpu_share_above));
  if (verdict.saturated)
    lines.text("This machine is saturated: latency tells about the machine, not about headroom.");
  lines.blank();
  for (const auto& service : verdict.services) add_service(lines, service, verdict.saturated);
  add_important(lines, verdict.important);
  return lines.take();
}

Json verdict_json(const Verdict& verdict) {
  Json services = Json::array();
  for (const auto& service : verdict.services) services.push_back(service_json(service));
  Json important = Json::array();
  for (const auto& one : verdict.important)
    important.push_back({{"at", format_date(one.at)},
                         {"service", one.service},
                         {"from", one.from},
                         {"to", one.to},
                         {"missed_around", one.missed_around},
                         {"summary", one.decision.summary}});
  return {{"from", format_date(verdict.from)},
          {"to", format_date(verdict.to)},
          {"saturated", verdict.saturated},
          {"machine_cpu_mean", verdict.cpu_mean < 0 ? Json(nullptr) : Json(verdict.cpu_mean)},
          {"objective_met", verdict.saturated ? Json(nullptr) : Json(verdict.met())},
          {"services", std::move(services)},
          {"important", std::move(important)}};
}

}  // namespace headroom::report
