// Which of a run's many decisions a person should look at.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "report/layout.h"
#include "report/verdict.h"

namespace headroom::report {
namespace {

constexpr double merge_within_s = 5;
constexpr double before_s = 10;
constexpr double after_s = 15;

/// Steps in one direction, shortly after one another.
struct Burst {
  const ServiceRun* run = nullptr;
  std::size_t first = 0;  // indices into the changes
  std::size_t last = 0;
  std::uint64_t missed = 0;
  double weight = 0;

  [[nodiscard]] const Change& begin() const { return run->changes[first]; }
  [[nodiscard]] const Change& end() const { return run->changes[last]; }
  [[nodiscard]] double t_s() const { return run->moments[begin().moment].t_s; }
};

std::vector<Burst> bursts_of(const ServiceRun& run) {
  std::vector<Burst> bursts;
  const auto time_of = [&run](std::size_t change) {
    return run.moments[run.changes[change].moment].t_s;
  };
  for (std::size_t i = 0; i < run.changes.size(); ++i) {
    const int step = run.changes[i].step();
    const int last_step = bursts.empty() ? 0 : bursts.back().end().step();
    const bool goes_on = (step > 0 && last_step > 0) || (step < 0 && last_step < 0);
    if (goes_on && time_of(i) - time_of(bursts.back().last) <= merge_within_s)
      bursts.back().last = i;
    else
      bursts.push_back({.run = &run, .first = i, .last = i});
  }
  return bursts;
}

void weigh(Burst& burst) {
  for (const auto& moment : burst.run->moments)
    if (moment.t_s >= burst.t_s() - before_s && moment.t_s <= burst.t_s() + after_s)
      burst.missed += moment.missed();
  int held = 0;
  for (std::size_t i = burst.first; i <= burst.last; ++i)
    held = std::max(held, held_back(burst.run->changes[i].decision));
  const int size = std::abs(burst.end().decision.replicas - burst.begin().from) + held;
  burst.weight = size * (1 + static_cast<double>(burst.missed));
}

/// The step that says most: the largest, what was held back included; the first of equals.
const Change& telling_step(const Burst& burst) {
  const auto size = [&burst](std::size_t i) {
    const Change& change = burst.run->changes[i];
    return std::abs(change.step()) + held_back(change.decision);
  };
  std::size_t best = burst.first;
  for (std::size_t i = burst.first; i <= burst.last; ++i)
    if (size(i) > size(best)) best = i;
  return burst.run->changes[best];
}

}  // namespace

std::string change_text(const Important& one) {
  const std::string to = counted(static_cast<std::uint64_t>(one.to), "replica");
  return one.from == one.to ? "held at " + to : fmt::format("{} → {}", one.from, to);
}

std::string step_text(const Important& one) {
  if (one.step_from == one.from && one.decision.replicas == one.to) return {};
  return fmt::format("its largest step, {} → {}", one.step_from, one.decision.replicas);
}

std::vector<Important> important_changes(const Run& run) {
  std::vector<Burst> bursts;
  for (const auto& service : run.services)
    for (auto& burst : bursts_of(service)) {
      weigh(burst);
      bursts.push_back(burst);
    }
  // Equal weights in the order of time, then of the services: the same run, the same answer.
  const auto by_time = [](const Burst& burst) { return std::pair(burst.t_s(), burst.run); };
  std::ranges::sort(bursts, {}, [&by_time](const Burst& burst) {
    return std::pair(-burst.weight, by_time(burst));
  });
  bursts.resize(std::min(bursts.size(), important_max));
  std::ranges::sort(bursts, {}, by_time);
  std::vector<Important> important;
  for (const auto& burst : bursts) {
    const Change& telling = telling_step(burst);
    const double t_s = burst.run->moments[telling.moment].t_s;
    important.push_back({.number = static_cast<int>(important.size()) + 1,
                         .service = burst.run->name(),
                         .at = run.from + from_seconds(t_s),
                         .t_s = t_s,
                         .from = burst.begin().from,
                         .to = burst.end().decision.replicas,
                         .missed_around = burst.missed,
                         .step_from = telling.from,
                         .decision = telling.decision});
  }
  return important;
}

}  // namespace headroom::report
