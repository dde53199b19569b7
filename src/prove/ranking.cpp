// Choosing settings, and putting policies in order.
#include "prove/ranking.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

#include "prove/tune.h"

namespace headroom::prove {
namespace {

Standing standing_of(std::vector<const Trial*> runs, double permitted) {
  if (permits_misses(runs.front()->setting.policy)) {
    const auto stated =
        std::ranges::find(runs, permitted, [](const Trial* run) { return run->setting.target; });
    if (stated != runs.end()) runs = {*stated};
  }
  std::vector<Tried> tried;
  for (const Trial* run : runs) tried.push_back({run->setting, run->score});
  const auto best = static_cast<std::size_t>(&best_of(tried, permitted) - tried.data());
  return {.run = runs[best],
          .tried = runs.size(),
          .met = runs[best]->score.wanting_share() <= permitted};
}

/// headroom first, then who meets it at the lowest cost, then who misses least.
bool comes_before(const Standing& a, const Standing& b) {
  const auto key = [](const Standing& one) {
    const Score& score = one.run->score;
    return std::tuple(one.run->setting.policy != "headroom", !one.met,
                      one.met ? score.replica_hours() : score.wanting_share());
  };
  return key(a) < key(b);
}

}  // namespace

std::vector<Ranking> rankings(std::span<const Trial> runs, double permitted) {
  std::map<Case, std::map<std::string, std::vector<const Trial*>>> cases;
  for (const Trial& run : runs)
    if (!run.setting.fresh_signal) cases[run.of][run.setting.policy].push_back(&run);
  std::vector<Ranking> out;
  for (auto& [of, policies] : cases) {
    Ranking& ranking = out.emplace_back(of);
    ranking.objective_s = policies.begin()->second.front()->objective_s;
    for (auto& [policy, some] : policies)
      ranking.policies.push_back(standing_of(std::move(some), permitted));
    std::ranges::stable_sort(ranking.policies, comes_before);
  }
  return out;
}

}  // namespace headroom::prove
