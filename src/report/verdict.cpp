// Counting, comparing with other fleets, judging.
#include "report/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "prove/spells.h"
#include "report/fixed.h"
#include "scale/confidence.h"
#include "scale/scaling_law.h"

namespace headroom::report {
namespace {

std::vector<Arrivals> arrivals_of(const ServiceRun& run) {
  std::vector<Arrivals> arrivals;
  arrivals.reserve(run.moments.size());
  for (const auto& moment : run.moments)
    arrivals.push_back({.dt_s = moment.dt_s, .count = static_cast<double>(moment.arrivals)});
  return arrivals;
}

std::string basis_of(const scale::Capacity& capacity) {
  switch (capacity.basis) {
    case scale::Basis::prior:
      return "headroom's prior; nothing was learned";
    case scale::Basis::stated:
      return "stated in the file; nothing was learned";
    case scale::Basis::learned:
      return "learned in the run";
    case scale::Basis::held:
      return "learned earlier and held";
  }
  return {};
}

/// How sure that is, how old, and what limits a replica.
std::string basis_of(const ServiceRun& run) {
  std::string text = basis_of(run.capacity);
  const std::string sure = scale::confidence_text(run.capacity);
  if (sure.empty()) return text;
  text += "; " + sure + " requests/s";
  const std::string law =
      scale::describe(run.scaling_law, run.capacity, seconds(run.policy.objective.latency));
  return law.empty() ? text : text + "; " + law;
}

Station station_of(const ServiceRun& run) {
  return {.per_second = run.capacity.per_second(),
          .service_time_s = run.service_time_s,
          .objective_s = seconds(run.policy.objective.latency),
          .permitted = run.policy.objective.permitted_misses(),
          .startup_s = run.startup_s,
          .replicas_min = run.policy.replicas.min};
}

Counts counts_of(const ServiceRun& run) {
  Counts counts;
  for (const auto& moment : run.moments) {
    counts.good += moment.good;
    counts.late += moment.late;
    counts.shed += moment.shed;
    counts.failed += moment.failed;
  }
  return counts;
}

/// How the misses cluster. What is late by its service time alone is among them, so a percentile
/// that leaves more than 1% has more than that in every window.
void judge_spells(const ServiceRun& run, ServiceVerdict& verdict) {
  verdict.spell_share = std::max(verdict.spell_share, run.policy.objective.permitted_misses());
  prove::Spells spells(verdict.spell_share);
  for (const auto& moment : run.moments)
    spells.add(moment.dt_s, static_cast<double>(moment.arrivals),
               static_cast<double>(moment.missed()));
  spells.end();
  verdict.worst_share = spells.worst_share();
  verdict.longest_spell_s = spells.longest_s();
}

ServiceVerdict judge_service(const ServiceRun& run, WallTime begin,
                             const std::optional<ClientResult>& client) {
  ServiceVerdict verdict;
  verdict.service = run.name();
  verdict.policy = run.policy;
  verdict.by_client = client.has_value();
  verdict.counts = client ? client->counts : counts_of(run);
  if (client) verdict.p99_s = client->p99_s;
  verdict.broken = broken_text(verdict.counts, run.policy.objective);
  verdict.met = verdict.broken.empty();
  judge_spells(run, verdict);
  verdict.reasons = run.reasons;
  if (!verdict.met) verdict.shortfall = worst_shortfall(run, begin);
  double span_s = 0;
  double alive_s = 0;
  for (const auto& moment : run.moments) {
    span_s += moment.dt_s;
    alive_s += moment.alive() * moment.dt_s;
    verdict.replicas_most = std::max(verdict.replicas_most, moment.alive());
  }
  verdict.replica_hours = alive_s / 3600;
  verdict.cost = verdict.replica_hours * run.policy.replicas.cost_per_hour;
  verdict.station = station_of(run);
  verdict.capacity = run.capacity;
  verdict.basis = basis_of(run);
  const auto arrivals = arrivals_of(run);
  FixedFleet fixed = fixed_fleet(run, arrivals, verdict.station);
  verdict.fixed_fleet = fixed.replicas;
  verdict.fixed_unknown = std::move(fixed.unknown);
  if (verdict.fixed_fleet) verdict.fixed_hours = *verdict.fixed_fleet * span_s / 3600;
  if (const auto clairvoyant = clairvoyant_fleet(arrivals, verdict.station))
    verdict.clairvoyant_hours = clairvoyant->replica_seconds / 3600;
  return verdict;
}

void judge_machine(const Run& run, Verdict& verdict) {
  double sum = 0;
  int known = 0;
  int above = 0;
  for (const double cpu : run.machine_cpu) {
    if (cpu < 0) continue;
    sum += cpu;
    ++known;
    above += cpu > saturated_cpu;
  }
  if (known == 0) return;
  verdict.cpu_mean = sum / known;
  verdict.cpu_share_above = static_cast<double>(above) / known;
  verdict.saturated = verdict.cpu_share_above > saturated_share;
}

}  // namespace

Verdict judge(const Run& run, const std::vector<ClientResult>& client) {
  Verdict verdict;
  verdict.from = run.from;
  verdict.to = run.to;
  verdict.set_back = run.set_back;
  judge_machine(run, verdict);
  for (const auto& service : run.services)
    verdict.services.push_back(judge_service(
        service, run.from, client_of(client, service.name(), run.services.size() == 1)));
  verdict.important = important_changes(run);
  return verdict;
}

std::vector<std::string> methods() {
  return {
      "Counts: each request that arrived ends as exactly one of good, late (over the objective's "
      "latency), shed (refused by headroom) or failed (5xx or transport). They are the client's "
      "where a result of headroom load was given, else the gateway's.",
      "Replica-hours used: every replica alive costs, also while it starts or drains; summed over "
      "the ticks of the journal. In a tick in which nobody knew them, those seen before it count.",
      "Smallest fixed fleet: estimated. The recorded arrivals run through a queue, second by "
      "second, before n replicas that are always ready, each with the capacity that headroom had "
      "learned by the end of the run; requests whose wait leaves less than a service time within "
      "the objective miss it; within a second they come at random. n is the smallest with no more "
      "misses than the objective permits; not below min, and more where the run itself missed too "
      "much with n ready. There is none where more replicas cannot help.",
      "Clairvoyant minimum: estimated with the same queue. It knows the future, follows the mean "
      "of 5 s, starts each replica just in time, pays its start-up time, and keeps one over a lull "
      "shorter than a start-up.",
      "Important decisions: changes of replicas, and times in which a limit held them, weighed by "
      "(replicas changed + replicas held back) × (1 + requests missed from 10 s before to 15 s "
      "after); steps in one direction within 5 s count as one.",
      "Saturated: the machine's CPU was above 70% in more than 10% of the ticks. Then latency says "
      "more about the machine than about the number of replicas, and no verdict is given."};
}

}  // namespace headroom::report
