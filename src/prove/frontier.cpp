// Pareto points and what lies between them.
#include "prove/frontier.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace headroom::prove {
namespace {

constexpr double widest_gap = 100;  // of the missed shares of two neighbours

bool too_far_apart(const Outcome& safer, const Outcome& cheaper) {
  return cheaper.missed_share > widest_gap * safer.missed_share;
}

/// y at `x` on the straight line in logarithms through (x0, y0) and (x1, y1).
double between(double x, double x0, double y0, double x1, double y1) {
  const double t = std::log(x / x0) / std::log(x1 / x0);
  return y0 * std::pow(y1 / y0, t);
}

}  // namespace

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
  const Outcome* safer = nullptr;
  for (const Outcome& one : frontier) {
    if (one.missed_share <= missed_share) {
      safer = &one;
      continue;
    }
    if (safer == nullptr) return std::nullopt;
    if (too_far_apart(*safer, one)) return safer->cost;
    return between(missed_share, safer->missed_share, safer->cost, one.missed_share, one.cost);
  }
  return safer == nullptr ? std::nullopt : std::optional(safer->cost);
}

std::optional<double> missed_at(std::span<const Outcome> frontier, double cost) {
  const Outcome* dearer = nullptr;
  for (const Outcome& one : frontier) {
    if (one.cost > cost) {
      dearer = &one;
      continue;
    }
    // This is the first that the money is enough for; the one before is safer and dearer.
    if (dearer == nullptr || too_far_apart(*dearer, one)) return one.missed_share;
    return between(cost, dearer->cost, dearer->missed_share, one.cost, one.missed_share);
  }
  return std::nullopt;
}

}  // namespace headroom::prove
