// Cutting a demand in two, and choosing among what was tried.
#include "prove/tune.h"

#include <fmt/format.h>

#include <algorithm>

#include "prove/demand.h"

namespace headroom::prove {
namespace {

Result<> check_part(std::string_view name, const Demand& demand) {
  if (demand.scored_from >= demand.per_second.size())
    return fail(ErrorCode::invalid, fmt::format("the part that is {} has no second", name));
  if (const auto scored = check_scored(demand); !scored)
    return fail(scored.error().code,
                fmt::format("the part that is {}: {}", name, scored.error().message));
  return {};
}

}  // namespace

Result<Parts> parts_of(Scenario whole, double judged_share) {
  CHECK(judged_share > 0 && judged_share < 1);
  const Demand& demand = whole.demand;
  const std::size_t length = demand.per_second.size();
  const auto judged_s =
      static_cast<std::size_t>(judged_share * static_cast<double>(length - demand.scored_from));
  const std::size_t middle = length - judged_s;
  Parts parts{.searched = whole, .judged = std::move(whole)};
  parts.searched.demand.per_second.resize(middle);
  parts.judged.demand.scored_from = middle;
  TRY(check_part("searched", parts.searched.demand));
  TRY(check_part("judged", parts.judged.demand));
  return parts;
}

std::vector<Setting> settings_to_choose_from(std::string_view policy) {
  std::vector<Setting> settings = settings_of(policy);
  std::erase_if(settings, [](const Setting& setting) { return setting.fresh_signal; });
  return settings;
}

const Tried& best_of(std::span<const Tried> tried, double permitted) {
  CHECK(!tried.empty());
  const auto better = [permitted](const Tried& a, const Tried& b) {
    const double a_missed = std::max(a.score.wanting_share(), permitted);
    const double b_missed = std::max(b.score.wanting_share(), permitted);
    if (a_missed != b_missed) return a_missed < b_missed;
    if (a.score.replica_seconds != b.score.replica_seconds)
      return a.score.replica_seconds < b.score.replica_seconds;
    return a.setting < b.setting;
  };
  return *std::ranges::min_element(tried, better);
}

}  // namespace headroom::prove
