// A verdict for a terminal and for programs.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "report/layout.h"
#include "report/verdict.h"
#include "report/when.h"

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
  return fmt::format("{} good of {} ({}), {} late, {} shed, {} failed; counted by the {}",
                     grouped(counts.good), grouped(counts.all()),
                     percent(1 - counts.missed_share()), grouped(counts.late), grouped(counts.shed),
                     grouped(counts.failed), service.by_client ? "client" : "gateway");
}

std::string fixed_text(const ServiceVerdict& service) {
  if (!service.fixed_fleet) return "cannot be estimated: nothing is known of a replica's capacity";
  return fmt::format("{} replicas, {:.3f} replica-hours, estimated; used: {:.2f} × that",
                     *service.fixed_fleet, service.fixed_hours, *service.ratio());
}

void add_service(Lines& lines, const ServiceVerdict& service, bool saturated) {
  const auto& objective = service.policy.objective;
  lines.text(headline(service, saturated));
  lines.item("wanted", fmt::format("{:g}% within {}, at most {} failed", objective.quantile * 100,
                                   format_duration(objective.latency),
                                   format_share(1 - objective.availability)));
  lines.item("requests", requests_text(service));
  if (service.shortfall) lines.item("lost", shortfall_text(*service.shortfall));
  lines.item("used", fmt::format("{:.3f} replica-hours, at most {} replicas at once",
                                 service.replica_hours, service.replicas_most));
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
    lines.text(fmt::format("{}. {} {}: {}; {} requests missed around it", one.number,
                           format_time_of_day(one.at), one.service, change_text(one),
                           grouped(one.missed_around)));
    for (const auto& reason : one.decision.reasons)
      if (reason.decisive) lines.text(fmt::format("{}: {}", reason.rule, reason.text), "     ");
    for (const auto& other : one.decision.counterfactuals)
      lines.text(fmt::format("without {}: {} replicas", other.without, other.replicas), "     ");
  }
}

Json shortfall_json(const std::optional<Shortfall>& shortfall) {
  if (!shortfall) return nullptr;
  return {{"from", format_when(shortfall->from)}, {"length_s", shortfall->length_s},
          {"missed", shortfall->missed},          {"demand_before_rps", shortfall->demand_before},
          {"demand_rps", shortfall->demand},      {"ready", shortfall->ready},
          {"carried_rps", shortfall->carried},    {"text", shortfall_text(*shortfall)}};
}

Json service_json(const ServiceVerdict& service) {
  const auto optional = [](const auto& value) { return value ? Json(*value) : Json(nullptr); };
  return {{"service", service.service},
          {"objective_met", service.met},
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
          {"shortfall", shortfall_json(service.shortfall)},
          {"replica_hours", service.replica_hours},
          {"replicas_most", service.replicas_most},
          {"cost", service.cost},
          {"fixed_fleet", optional(service.fixed_fleet)},
          {"fixed_replica_hours", service.fixed_fleet ? Json(service.fixed_hours) : Json(nullptr)},
          {"ratio_to_fixed", optional(service.ratio())},
          {"clairvoyant_replica_hours", optional(service.clairvoyant_hours)},
          {"capacity_per_replica_rps", service.station.per_second},
          {"capacity_basis", service.basis},
          {"startup_s", service.station.startup_s}};
}

}  // namespace

std::vector<std::string> verdict_text(const Verdict& verdict, std::size_t width) {
  Lines lines(width);
  lines.text(fmt::format(
      "{} to {}, {}", format_when(verdict.from).substr(0, 19) + "Z",
      format_time_of_day(verdict.to) + "Z",
      format_duration(std::chrono::round<std::chrono::seconds>(verdict.to - verdict.from))));
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
    important.push_back({{"at", format_when(one.at)},
                         {"service", one.service},
                         {"from", one.from},
                         {"to", one.to},
                         {"missed_around", one.missed_around},
                         {"summary", one.decision.summary}});
  return {{"from", format_when(verdict.from)},
          {"to", format_when(verdict.to)},
          {"saturated", verdict.saturated},
          {"machine_cpu_mean", verdict.cpu_mean < 0 ? Json(nullptr) : Json(verdict.cpu_mean)},
          {"objective_met", verdict.saturated ? Json(nullptr) : Json(verdict.met())},
          {"services", std::move(services)},
          {"important", std::move(important)}};
}

}  // namespace headroom::report
