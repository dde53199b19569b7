// One tick of learning a capacity: what serves, what it took, what follows.
#include "scale/capacity.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "scale/best_point.h"
#include "scale/confidence.h"
#include "scale/curve.h"
#include "scale/estimate.h"
#include "scale/level_evidence.h"
#include "scale/scaling_law.h"
#include "scale/seen.h"
#include "scale/version_check.h"
#include "scale/versions.h"

namespace headroom::scale {
namespace {

constexpr double suspicion_half_life_s = 10;
constexpr double suspicion_z = 3;
constexpr double suspicion_max_s = 600;
/// One or two that are late by themselves are no incident, however few attempts they are among:
/// were they left out, nobody would be known to be late alone, and what is late above would be
/// blamed.
constexpr double suspicion_late_min = 3.5;
/// What a curve says hardly changes from one second to the next.
constexpr double look_every_s = 5;
/// But this much more evidence is worth a look at once.
constexpr double much_more = 1.1;

double halved(double passed, double half_life) {
  return std::exp(-0.6931471805599453 * passed / half_life);
}

/// Whether attempts turned late at concurrencies that are proven to be fine.
bool is_suspect(const ServicePolicy& policy, const ByConcurrency& seen, double tick_s,
                ServiceModel& model) {
  auto& suspicion = model.suspicion;
  const double kept = halved(tick_s, suspicion_half_life_s);
  suspicion.attempts *= kept;
  suspicion.late *= kept;
  for (std::size_t i = 0; i < ByConcurrency::level_count; ++i) {
    if (concurrency_of(i) > model.capacity.proven) break;
    suspicion.attempts += seen.attempts[i];
    suspicion.late += std::min(seen.late[i], seen.attempts[i]);
  }
  const bool suspect = suspicion.attempts >= 10 && suspicion.late >= suspicion_late_min &&
                       wilson(suspicion.late, suspicion.attempts, -suspicion_z) >
                           2 * std::max(permitted_share(policy), model.capacity.late_alone);
  suspicion.lasts_s = suspect ? suspicion.lasts_s + tick_s : 0;
  return suspect && suspicion.lasts_s <= suspicion_max_s;
}

/// Whether an attempt was late is known by the objective of its time only: by another one nothing
/// is proven and nobody was late. How long attempts take is as true as before.
void look_at_objective(const ServicePolicy& policy, ServiceModel& model) {
  const std::span<const Duration> now = policy.judged_by.empty()
                                            ? std::span(&policy.objective.latency, 1)
                                            : std::span(policy.judged_by);
  if (std::ranges::equal(now, model.judged_by)) return;
  const bool is_new = model.judged_by.empty();
  model.judged_by.assign(now.begin(), now.end());
  if (is_new) return;  // or was kept before this was: then it is taken to be by these
  const auto begin_anew = [&](std::vector<LevelEvidence>& levels, Capacity& capacity) {
    doubt(permitted_share(policy), levels, capacity);
    for (auto& level : levels) level.late = 0;
    capacity.late_alone = 0;
  };
  begin_anew(model.levels, model.capacity);
  for (auto& other : model.other_versions) begin_anew(other.levels, other.capacity);
  model.suspicion = {};
}

/// What the version that is compared took, or while none is the one in use.
void look_for_slower(const ServicePolicy& policy, const ServiceSeen& seen, double tick_s,
                     ServiceModel& model) {
  VersionCheck& check = model.version_check;
  const bool comparing = !check.before.empty() && !check.version.empty();
  const std::string& version = comparing ? check.version : model.serving_versions;
  const bool known = check.found;
  check_version(attempts_of(version, seen, model), tick_s, model.levels, check);
  if (check.found && !known) believe_slower(policy, model);
}

/// Cold replicas of a version that begins to serve beside others say little of it.
bool warms_up(const VersionEvidence& other, const ServiceModel& model) {
  return is_warming_up(model.version_check) && model.version_check.version == other.version;
}

void take_in(const ServiceSeen& seen, double tick_s, ServiceModel& model) {
  const ByConcurrency& own = attempts_of(model.serving_versions, seen, model);
  note_attempts(own, model.levels, tick_s, model.capacity);
  absorb(own, tick_s, model.capacity.concurrency, model.levels);
  for (auto& other : model.other_versions) {
    if (!serves(other) || warms_up(other, model)) continue;
    const ByConcurrency& its = attempts_of(other.version, seen, model);
    note_attempts(its, other.levels, 0, other.capacity);  // is older by this tick
    absorb(its, tick_s, other.capacity.concurrency, other.levels);
  }
}

/// The mean time of an attempt at a replica with little to do.
void learn_service_time(double seen_s, ServiceModel& model) {
  double attempts = 0;
  double latency_s = 0;
  const double unloaded = std::max(1.0, 0.5 * model.capacity.concurrency);
  for (std::size_t i = 0; i < model.levels.size() && concurrency_of(i) <= unloaded; ++i) {
    attempts += model.levels[i].attempts;
    latency_s += model.levels[i].latency_s;
  }
  if (attempts >= 1)
    model.service_time_s = latency_s / attempts;
  else if (model.service_time_s <= 0)
    model.service_time_s = seen_s;
}

Curve curve_of(const ServicePolicy& policy, const std::vector<LevelEvidence>& levels) {
  return curve_of(levels, permitted_share(policy), seconds(policy.objective.latency));
}

/// Those that serve beside the version in use.
void look_at_others(const ServicePolicy& policy, double passed_s, ServiceModel& model) {
  for (auto& other : model.other_versions) {
    if (!serves(other)) continue;
    const Curve curve = curve_of(policy, other.levels);
    if (!curve.points.empty() && curve.points.front().in_time)
      settle(capacity_of(policy, curve, other.capacity), passed_s, other.capacity);
  }
}

}  // namespace

void learn_capacity(const ServicePolicy& policy, const ServiceSeen& seen, double tick_s,
                    ServiceModel& model) {
  look_at_objective(policy, model);
  look_at_versions(policy, seen, tick_s, model);
  look_for_slower(policy, seen, tick_s, model);
  const bool suspect =
      is_suspect(policy, attempts_of(model.serving_versions, seen, model), tick_s, model);
  if (suspect)
    model.capacity.age_s += tick_s;
  else
    take_in(seen, tick_s, model);
  learn_service_time(seen.service_time_s, model);

  const bool learned = is_learned(model.capacity);
  model.capacity_age_s += tick_s;
  if (learned && !suspect && model.capacity_age_s < look_every_s - 0.5 &&
      attempts_in(model.levels) <= much_more * model.capacity.attempts)
    return;
  const double passed_s = std::exchange(model.capacity_age_s, 0);
  const Curve curve = curve_of(policy, model.levels);
  if (learned && suspect) {
    model.capacity.basis = Basis::held;
  } else if (!curve.points.empty() && curve.points.front().in_time) {
    settle(capacity_of(policy, curve, model.capacity), passed_s, model.capacity);
  } else if (learned) {
    model.capacity.basis = Basis::learned;
  } else {
    model.capacity = guessed_capacity(policy, curve, model.service_time_s);
  }
  look_at_others(policy, passed_s, model);
  set_range(curve, model.version_check, model.capacity);
  model.scaling_law = law_of(model.levels);
}

}  // namespace headroom::scale
