// Which version decisions go by, and what is kept of others.
#include "scale/versions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "scale/best_point.h"
#include "scale/curve.h"
#include "scale/level_evidence.h"
#include "scale/seen.h"
#include "scale/version_check.h"

namespace headroom::scale {
namespace {

using Versions = std::set<std::string_view>;

/// Its only replica may be away for a moment; after this long it comes back.
constexpr double away_s = 60;

/// The known versions of ready replicas.
Versions serving(const ServiceSeen& seen) {
  Versions versions;
  for (const auto& replica : seen.replicas)
    if (replica.phase == Phase::ready && !replica.version.empty()) versions.insert(replica.version);
  return versions;
}

bool none_known(const ServiceSeen& seen) {
  return std::ranges::none_of(seen.replicas, [](const ReplicaSeen& replica) {
    return replica.phase == Phase::ready && !replica.version.empty();
  });
}

bool none_but_in_use(const ServiceSeen& seen, const ServiceModel& model) {
  return std::ranges::all_of(seen.replicas, [&model](const ReplicaSeen& replica) {
    return replica.phase != Phase::ready || replica.version == model.serving_versions;
  });
}

/// Or nothing came that could be.
bool told_apart(const ServiceSeen& seen) {
  return !seen.by_version.empty() ||
         std::ranges::all_of(seen.by_concurrency.attempts, [](std::uint32_t n) { return n == 0; });
}

bool is_of_several(const std::string& version) {
  return version.find(' ') != std::string::npos;
}

/// In place of whichever serves no more for longest. False: all of them serve.
bool keep(VersionEvidence one, ServiceModel& model) {
  auto& others = model.other_versions;
  if (others.size() >= other_versions_max) {
    const auto oldest = std::ranges::max_element(others, {}, &VersionEvidence::unused_s);
    if (serves(*oldest)) return false;
    others.erase(oldest);
  }
  others.insert(others.begin(), std::move(one));
  return true;
}

/// What the version in use shows, as a guess at another one.
VersionEvidence guess_at(std::string version, const ServicePolicy& policy,
                         const ServiceModel& model) {
  VersionEvidence guess{
      .version = std::move(version), .levels = model.levels, .capacity = model.capacity};
  doubt(permitted_share(policy), guess.levels, guess.capacity);
  guess.capacity.guessed_above = 1;
  return guess;
}

void use(VersionEvidence one, ServiceModel& model) {
  VersionEvidence before{.version = std::exchange(model.serving_versions, std::move(one.version)),
                         .levels = std::exchange(model.levels, std::move(one.levels)),
                         .capacity = std::exchange(model.capacity, one.capacity)};
  model.suspicion = {};
  if (before.version.empty() || is_of_several(before.version)) return;
  (void)keep(std::move(before), model);
}

void use_kept(const std::string& version, ServiceModel& model) {
  const auto found = std::ranges::find(model.other_versions, version, &VersionEvidence::version);
  if (found == model.other_versions.end()) return;
  VersionEvidence one = std::move(*found);
  model.other_versions.erase(found);
  if (one.capacity.basis == Basis::held) one.capacity.basis = Basis::learned;
  use(std::move(one), model);
}

void serve_together(const ServicePolicy& policy, const Versions& versions, ServiceModel& model) {
  std::string all = fmt::format("{}", fmt::join(versions, " "));
  if (all == model.serving_versions) return;
  begin_check(model.levels, "", model.version_check);
  use(guess_at(std::move(all), policy, model), model);
}

/// It begins to serve, or goes on.
void serve(const ServicePolicy& policy, const std::string& version, ServiceModel& model) {
  if (version == model.serving_versions) return;
  VersionEvidence* known = find_version(version, model);
  const bool begins = known == nullptr || known->unused_s > away_s;
  if (known != nullptr)
    known->unused_s = 0;
  else if (!keep(guess_at(version, policy, model), model))
    return;
  if (begins) begin_check(model.levels, version, model.version_check);
}

bool has_evidence_enough(const ServicePolicy& policy, const std::vector<LevelEvidence>& levels,
                         const Capacity& capacity) {
  return is_learned(capacity) &&
         attempts_in(levels) >= block_attempts * attempts_needed(permitted_share(policy));
}

std::string to_go_by(const ServicePolicy& policy, const Versions& versions, ServiceModel& model) {
  const std::string& in_use = model.serving_versions;
  const bool starts = versions.contains(model.starting_version);
  const std::string newest = starts                      ? model.starting_version
                             : versions.contains(in_use) ? in_use
                                                         : std::string(*versions.begin());
  if (versions.size() == 1) return newest;
  const VersionEvidence* other = find_version(newest, model);
  if (newest == in_use
          ? has_evidence_enough(policy, model.levels, model.capacity)
          : other != nullptr && has_evidence_enough(policy, other->levels, other->capacity))
    return newest;
  std::string least = newest;
  double least_per_second = -1;
  const auto look = [&](const std::string& version, const Capacity& capacity) {
    const bool lower = least_per_second < 0 || capacity.per_second() < least_per_second;
    if (!versions.contains(version) || !is_learned(capacity) || !lower) return;
    least = version;
    least_per_second = capacity.per_second();
  };
  look(in_use, model.capacity);
  for (const auto& one : model.other_versions) look(one.version, one.capacity);
  return least;
}

}  // namespace

const ByConcurrency& attempts_of(const std::string& version, const ServiceSeen& seen,
                                 const ServiceModel& model) {
  static const ByConcurrency none;
  if (seen.by_version.empty())
    return version == model.serving_versions ? seen.by_concurrency : none;
  const auto found = std::ranges::find(seen.by_version, version, &VersionAttempts::version);
  return found == seen.by_version.end() ? none : found->by_concurrency;
}

VersionEvidence* find_version(const std::string& version, ServiceModel& model) {
  const auto found = std::ranges::find(model.other_versions, version, &VersionEvidence::version);
  return found == model.other_versions.end() ? nullptr : &*found;
}

void doubt(double permitted, std::vector<LevelEvidence>& levels, Capacity& capacity) {
  doubt(permitted, levels);
  capacity.attempts = std::min(capacity.attempts, doubted_attempts(permitted));
  capacity.proven = 0;
  if (capacity.basis == Basis::held) capacity.basis = Basis::learned;
}

void look_at_versions(const ServicePolicy& policy, const ServiceSeen& seen, double tick_s,
                      ServiceModel& model) {
  for (auto& other : model.other_versions) other.capacity.age_s += tick_s;
  if (none_known(seen)) return;
  for (auto& other : model.other_versions) other.unused_s += tick_s;
  if (none_but_in_use(seen, model)) return;  // most of the time
  const Versions versions = serving(seen);
  const bool first = model.serving_versions.empty();
  if (versions.size() > 1 && !told_apart(seen)) {
    if (first) model.serving_versions = fmt::format("{}", fmt::join(versions, " "));
    return serve_together(policy, versions, model);
  }
  if (first) {
    const auto old = std::ranges::find_if(
        versions, [&model](std::string_view one) { return one != model.starting_version; });
    model.serving_versions = old != versions.end() ? *old : *versions.begin();
  }
  for (const std::string_view version : versions) serve(policy, std::string(version), model);
  const std::string version = to_go_by(policy, versions, model);
  if (version == model.serving_versions) return;
  if (versions.size() == 1 && model.version_check.version != version)
    begin_check(model.levels, version, model.version_check);
  use_kept(version, model);
}

void believe_slower(const ServicePolicy& policy, ServiceModel& model) {
  const VersionCheck& check = model.version_check;
  const auto ratio = slower_by(check);
  if (!ratio) return;
  VersionEvidence* other = find_version(check.version, model);
  if (other == nullptr && check.version != model.serving_versions) return;
  auto& levels = other != nullptr ? other->levels : model.levels;
  Capacity& capacity = other != nullptr ? other->capacity : model.capacity;
  const double objective_s = seconds(policy.objective.latency);
  guess_unseen(check.before, *ratio, permitted_share(policy), objective_s, levels);
  const Curve curve = curve_of(levels, permitted_share(policy), objective_s);
  if (curve.points.empty() || !curve.points.front().in_time) return;
  const Capacity found = capacity_of(policy, curve, capacity);
  capacity.attempts = 0;  // what was believed counts for nothing
  settle(found, 0, capacity);
}

}  // namespace headroom::scale
