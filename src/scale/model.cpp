// What must hold of a model that comes from outside.
#include "scale/model.h"

#include <fmt/format.h>

#include <algorithm>

#include "scale/rises.h"
#include "scale/season.h"

namespace headroom::scale {
namespace {

bool has(const std::vector<double>& bins, std::size_t count) {
  return bins.size() == count;
}

bool has_bins(const GrowthRises& rises) {
  return (rises.pooled.empty() || has(rises.pooled, rise_bins)) &&
         std::ranges::all_of(rises.cells,
                             [](const auto& cell) { return has(cell.second, rise_bins); });
}

/// What is wrong, or nothing.
const char* wrong_with(const ServiceModel& model) {
  if (!model.levels.empty() && model.levels.size() != ByConcurrency::level_count)
    return "levels of concurrency";
  if (!has_bins(model.growth.rises) || !has_bins(model.growth.rises_beyond_season))
    return "bins of a histogram of growth";
  const Season& season = model.season;
  const bool whole =
      std::ranges::all_of(season.days, [](const auto& day) { return has(day, season_bins); });
  if (!whole || season.bin < 0 || season.bin >= static_cast<int>(season_bins))
    return "parts of a day";
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
