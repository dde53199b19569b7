// Gathers differences and writes them down.
#include "report/replayed.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/date.h"
#include "report/layout.h"

namespace headroom::report {
namespace {

using Json = nlohmann::ordered_json;

/// Further stretches are left out; the totals are of all.
constexpr std::size_t listed_max = 1000;

std::string most_text(int recorded, int replayed) {
  return recorded == replayed ? fmt::format("at most {} at once in both", recorded)
                              : fmt::format("at most {} at once, {} replayed", recorded, replayed);
}

}  // namespace

void Replayed::Total::add(int replicas, double dt_s) {
  replica_s += replicas * dt_s;
  most = std::max(most, replicas);
}

void Replayed::add(const control::StoredTick& tick, const control::Replay::Outcome& outcome) {
  const double dt_s = seconds(tick.seen.dt);
  for (const auto& decision : tick.decisions)
    services_[decision.service].recorded.add(decision.replicas, dt_s);
  for (const auto& decision : *outcome.decisions)
    services_[decision.service].replayed.add(decision.replicas, dt_s);
  for (auto& [name, service] : services_) {
    const auto found = std::ranges::find(outcome.differences, name, &control::Difference::service);
    if (found == outcome.differences.end())
      service.stretch.reset();
    else
      list(*found, service, dt_s);
  }
}

bool Replayed::goes_on(const Service& service, const control::Difference& difference) const {
  if (!service.stretch || *service.stretch >= listed_.size()) return false;
  const Stretch& last = listed_[*service.stretch];
  return last.recorded == difference.recorded && last.replayed == difference.replayed;
}

void Replayed::list(const control::Difference& difference, Service& service, double dt_s) {
  service.differs = true;
  if (!goes_on(service, difference)) {
    service.stretch = stretches_++;
    if (listed_.size() < listed_max)
      listed_.push_back({.from = difference.at,
                         .to = difference.at,
                         .service = difference.service,
                         .recorded = difference.recorded,
                         .replayed = difference.replayed,
                         .reason = difference.reason});
  }
  if (*service.stretch >= listed_.size()) return;
  listed_[*service.stretch].to = difference.at;
  listed_[*service.stretch].length_s += dt_s;
}

std::vector<std::string> Replayed::text(std::size_t width) const {
  std::vector<std::string> lines;
  const auto put = [&](const std::string& text) {
    const char* indent = "  ";
    for (const auto& line : wrap(text, width - 4))
      lines.push_back(std::exchange(indent, "    ") + line);
  };
  for (const Stretch& one : listed_)
    put(fmt::format("{} {}: {} recorded, {} replayed for {} s ({})", format_date(one.from),
                    one.service, one.recorded, one.replayed, rough(one.length_s), one.reason));
  if (stretches_ > listed_.size()) put("and others, from then on");
  for (const auto& [name, service] : services_)
    if (service.differs)
      put(fmt::format("{}: {:.3f} replica-hours recorded, {:.3f} replayed; {}", name,
                      service.recorded.replica_s / 3600, service.replayed.replica_s / 3600,
                      most_text(service.recorded.most, service.replayed.most)));
  return lines;
}

Json Replayed::json() const {
  const auto total = [](const Total& one) {
    return Json{{"replica_hours", one.replica_s / 3600}, {"most", one.most}};
  };
  Json services = Json::array();
  for (const auto& [name, service] : services_)
    services.push_back({{"service", name},
                        {"recorded", total(service.recorded)},
                        {"replayed", total(service.replayed)}});
  Json listed = Json::array();
  for (const Stretch& one : listed_)
    listed.push_back({{"from", format_date(one.from)},
                      {"to", format_date(one.to)},
                      {"service", one.service},
                      {"recorded", one.recorded},
                      {"replayed", one.replayed},
                      {"reason", one.reason}});
  return {{"services", std::move(services)}, {"listed", std::move(listed)}};
}

}  // namespace headroom::report
