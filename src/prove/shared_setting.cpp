// Settings judged over all cases at once.
#include "prove/shared_setting.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace headroom::prove {
namespace {

/// 17 of 19 are enough; a single hopeless case must not make everybody buy for it.
constexpr double cases_met = 0.89;

struct Tally {
  int cases = 0;
  int met = 0;
  double log_cost = 0;

  [[nodiscard]] double share_met() const {
    return std::min(cases_met, static_cast<double>(met) / cases);
  }
  [[nodiscard]] bool better_than(const Tally& other) const {
    if (share_met() != other.share_met()) return share_met() > other.share_met();
    return log_cost / cases < other.log_cost / other.cases;
  }
};

}  // namespace

std::optional<Setting> shared_setting(const std::vector<const Trial*>& runs,
                                      std::string_view policy, double missed_share) {
  std::map<Setting, Tally> tallies;
  for (const Trial* run : runs) {
    if (run->setting.policy != policy || run->setting.fresh_signal) continue;
    Tally& tally = tallies[run->setting];
    ++tally.cases;
    tally.met += run->score.wanting_share() <= missed_share ? 1 : 0;
    tally.log_cost += std::log(std::max(run->score.replica_hours(), 1e-9));
  }
  int cases = 0;
  for (const auto& [setting, tally] : tallies) cases = std::max(cases, tally.cases);
  // What only some were run with, as bisection found it there, is no setting for all.
  std::erase_if(tallies, [&](const auto& entry) { return entry.second.cases < cases; });
  const std::pair<const Setting, Tally>* best = nullptr;
  for (const auto& entry : tallies)
    if (best == nullptr || entry.second.better_than(best->second)) best = &entry;
  return best == nullptr ? std::nullopt : std::optional(best->first);
}

}  // namespace headroom::prove
