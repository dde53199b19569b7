// The time to plan with, from starts that are over and those under way.
#include "scale/startups.h"

#include <algorithm>
#include <cmath>

#include "scale/survival.h"

namespace headroom::scale {
namespace {

constexpr std::size_t startups_max = 32;
constexpr double startup_quantile = 0.9;
/// Each start counts that much of the next later one: of many, one slow start is less than a tenth
/// and no rule; the last two are more.
constexpr double older_counts = 0.92;
constexpr double startup_max_s = 600;
constexpr double startup_margin = 1.3;
/// From an arrival to the decision that counts it: one tick and the ≤ 50 ms for the workers.
constexpr double decision_s = 1.05;

/// The last one counts for one.
void weigh(std::vector<Lifetime>& starts) {
  double weight = 1;
  for (auto one = starts.rbegin(); one != starts.rend(); ++one, weight *= older_counts)
    one->weight = weight;
}

/// Of starts that are over, oldest first, or the guess where there are none.
double usual(const std::vector<double>& startups_s, double guess_s) {
  std::vector<Lifetime> starts;
  for (const double length_s : startups_s) starts.push_back({.seconds = length_s});
  weigh(starts);
  return outlasted_by(1 - startup_quantile, std::move(starts)).value_or(guess_s);
}

double guess_of(const ServiceModel& model) {
  return model.startup_before_s > 0 ? model.startup_before_s : startup_prior_s;
}

/// The version of the youngest replica; empty where none runs or it is not known.
std::string starting_version(const ServiceSeen& seen) {
  const ReplicaSeen* youngest = nullptr;
  for (const auto& replica : seen.replicas)
    if (replica.phase != Phase::draining && (youngest == nullptr || replica.age < youngest->age))
      youngest = &replica;
  return youngest == nullptr ? std::string() : youngest->version;
}

void begin_version(const std::string& version, ServiceModel& model) {
  const bool known = !model.starting_version.empty();
  model.starting_version = version;
  if (!known || model.startups_s.empty()) return;
  model.startup_before_s = usual(model.startups_s, 0);
  model.startups_s.clear();
}

/// A replica that became ready in this tick has been ready for less than the tick.
bool became_ready(const ReplicaSeen& replica, Duration tick) {
  const Duration ready_for = replica.age - replica.startup;
  return replica.phase == Phase::ready && replica.startup > Duration::zero() &&
         ready_for >= Duration::zero() && ready_for < tick;
}

/// How long the starts of the current version that are under way have taken, the latest last.
std::vector<double> under_way_s(const ServiceSeen& seen, const ServiceModel& model) {
  std::vector<double> ages_s;
  for (const auto& replica : seen.replicas)
    if (replica.phase == Phase::starting && replica.version == model.starting_version)
      ages_s.push_back(seconds(replica.age));
  std::ranges::sort(ages_s, std::ranges::greater{});
  return ages_s;
}

double to_plan_with(const ServiceModel& model, const std::vector<double>& ages_s) {
  const double believed_s = usual(model.startups_s, guess_of(model));
  if (ages_s.empty() || ages_s.front() <= believed_s) return believed_s;
  std::vector<Lifetime> starts;
  for (const double length_s : model.startups_s) starts.push_back({.seconds = length_s});
  if (starts.empty()) starts.push_back({.seconds = believed_s});
  for (const double age_s : ages_s) starts.push_back({.seconds = age_s, .over = false});
  weigh(starts);
  const auto outlasted_s = outlasted_by(1 - startup_quantile, std::move(starts));
  // It is longer than any is known to have taken: what is late may be late by as much again.
  return outlasted_s.value_or(ages_s.front() + (ages_s.front() - believed_s));
}

}  // namespace

void learn_startups(const ServiceSeen& seen, Duration tick, ServiceModel& model) {
  const std::string version = starting_version(seen);
  if (!version.empty() && version != model.starting_version) begin_version(version, model);
  for (const auto& replica : seen.replicas)
    if (replica.version == model.starting_version && became_ready(replica, tick))
      model.startups_s.push_back(seconds(replica.startup));
  if (model.startups_s.size() > startups_max)
    model.startups_s.erase(model.startups_s.begin(), model.startups_s.end() - startups_max);
  model.startup_s = std::min(to_plan_with(model, under_way_s(seen, model)), startup_max_s);
  model.lead_s = decision_s + startup_margin * model.startup_s;
}

}  // namespace headroom::scale
