// Pareto points, and the cheapest that is safe enough.
#include "prove/frontier.h"

#include <algorithm>
#include <limits>

namespace headroom::prove {

std::vector<Outcome> pareto(std::span<const Outcome> outcomes) {
  std::vector<Outcome> sorted(outcomes.begin(), outcomes.end());
  std::ranges::sort(sorted, [](const Outcome& a, const Outcome& b) {
    return a.missed_share != b.missed_share ? a.missed_share < b.missed_share : a.cost < b.cost;
  });
  std::vector<Outcome> best;
  double cheapest = std::numeric_limits<double>::infinity();
  for (const Outcome& one : sorted) {
    if (one.cost >= cheapest) continue;
    cheapest = one.cost;
    best.push_back(one);
  }
  return best;
}

std::optional<double> cost_at(std::span<const Outcome> frontier, double missed_share) {
  std::optional<double> cost;
  for (const Outcome& one : frontier)
    if (one.missed_share <= missed_share) cost = one.cost;
  return cost;
}

}  // namespace headroom::prove
