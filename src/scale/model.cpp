// What must hold of a model that comes from outside.
#include "scale/model.h"

#include <fmt/format.h>

#include <algorithm>

#include "scale/repeat_proof.h"
#include "scale/season.h"

namespace headroom::scale {
namespace {

bool has(const std::vector<double>& bins, std::size_t count) {
  return bins.size() == count;
}

bool has_bins(const GrowthRises& rises) {
  return well_formed(rises.pooled) && std::ranges::all_of(rises.cells, [](const auto& cell) {
           return well_formed(cell.second);
         });
}

bool is_half_hour(int place) {
  return place >= 0 && place < static_cast<int>(half_hours);
}

bool sound(const Repeat& repeat) {
  const bool days =
      std::ranges::all_of(repeat.days, [](const PastDay& day) { return well_formed(day); }) &&
      std::ranges::adjacent_find(repeat.days, std::ranges::greater_equal{}, &PastDay::day) ==
          repeat.days.end();
  const bool proved = repeat.proofs.size() == half_hours * repeat_tellers;
  const auto told = [&](const RepeatTelling& one) {
    return one.half_hour == -1 || (proved && is_half_hour(one.half_hour));
  };
  return days && (proved || repeat.proofs.empty()) && repeat.minute >= 0 &&
         repeat.minute < minutes_a_day && std::ranges::all_of(repeat.tellings, told) &&
         std::ranges::all_of(
             repeat.pending,
             [&](const RepeatMoment& one) { return proved && is_half_hour(one.half_hour); });
}

/// What is wrong, or nothing.
const char* wrong_with(const ServiceModel& model) {
  if (!model.levels.empty() && model.levels.size() != ByConcurrency::level_count)
    return "levels of concurrency";
  if (!model.version_check.before.empty() &&
      model.version_check.before.size() != ByConcurrency::level_count)
    return "levels of the version before";
  for (const VersionEvidence& other : model.other_versions)
    if (!other.levels.empty() && other.levels.size() != ByConcurrency::level_count)
      return "levels of another version";
  const Growth& growth = model.growth;
  if (!has_bins(growth.rises) || !has_bins(growth.rises_beyond_course) ||
      !well_formed(growth.levels))
    return "bins of a histogram of growth";
  const Season& season = model.season;
  const bool whole =
      std::ranges::all_of(season.days, [](const auto& day) { return has(day, season_bins); });
  if (!whole || season.bin < 0 || season.bin >= static_cast<int>(season_bins))
    return "parts of a day";
  if (!sound(model.repeat)) return "minutes of a day";
  const auto fleets = model.virtual_fleets.fleets.size();
  if (fleets != 0 && fleets != virtual_fleet_count) return "virtual fleets";
  return nullptr;
}

}  // namespace

Result<> well_formed(const Model& model) {
  for (const auto& [name, service] : model.services)
    if (const char* wrong = wrong_with(service))
      return fail(ErrorCode::invalid,
                  fmt::format("what was learned of '{}' is damaged: its {} are not as many as "
                              "headroom keeps",
                              name, wrong));
  return {};
}

}  // namespace headroom::scale
