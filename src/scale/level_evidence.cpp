// Forgetting by attempts and by time.
#include "scale/level_evidence.h"

#include <algorithm>
#include <cmath>

#include "scale/curve.h"

namespace headroom::scale {
namespace {

/// A level forgets half when this many attempts have come, but not within less than this time.
constexpr double half_life_attempts = 10'000;
constexpr double half_life_s = 600;
constexpr double half_life_above_s = 6 * 3600;
/// Of what would prove a share in time.
constexpr double doubted_part = 0.5;
/// Fewer at a level may be mostly the guess that it began with.
constexpr double seen_attempts_min = 100;
/// Of what is permitted, late in a guess at least: of the version before perhaps none was.
constexpr double guessed_late = 0.25;

double halved(double passed, double half_life) {
  return std::exp(-0.6931471805599453 * passed / half_life);
}

}  // namespace

void absorb(const ByConcurrency& seen, double tick_s, double capacity,
            std::vector<LevelEvidence>& levels) {
  levels.resize(ByConcurrency::level_count);
  const double kept_above = halved(tick_s, half_life_above_s);
  for (std::size_t i = 0; i < ByConcurrency::level_count; ++i) {
    auto& level = levels[i];
    const double attempts = seen.attempts[i];
    double kept = concurrency_of(i) > capacity ? kept_above : 1;
    if (attempts > 0)
      kept *= halved(std::min(attempts / half_life_attempts, tick_s / half_life_s), 1);
    level.attempts = level.attempts * kept + attempts;
    level.late = level.late * kept + std::min<double>(seen.late[i], attempts);
    const bool sound = std::isfinite(seen.latency_s[i]) && seen.latency_s[i] >= 0;
    level.latency_s = level.latency_s * kept + (sound ? seen.latency_s[i] : 0);
  }
}

double doubted_attempts(double permitted) {
  return doubted_part * attempts_needed(permitted);
}

void doubt(double permitted, std::vector<LevelEvidence>& levels) {
  const double share =
      std::min(1.0, doubted_attempts(permitted) / std::max(1.0, attempts_in(levels)));
  for (auto& level : levels) {
    level.attempts *= share;
    level.late *= share;
    level.latency_s *= share;
  }
}

void guess_unseen(const std::vector<LevelEvidence>& before, double ratio, double permitted,
                  double objective_s, std::vector<LevelEvidence>& levels) {
  levels.resize(ByConcurrency::level_count);
  std::vector<LevelEvidence> guess(ByConcurrency::level_count);
  for (std::size_t i = 0; i < before.size(); ++i) {
    const LevelEvidence& from = before[i];
    if (levels[i].attempts >= seen_attempts_min) continue;
    levels[i] = {};
    if (ratio * from.latency_s <= presumed_in_time * objective_s * from.attempts) guess[i] = from;
  }
  const double share = block_attempts * attempts_needed(permitted) /
                       std::max(block_attempts * attempts_needed(permitted), attempts_in(guess));
  for (std::size_t i = 0; i < guess.size(); ++i) {
    if (guess[i].attempts <= 0) continue;
    const double attempts = share * guess[i].attempts;
    levels[i] = {.attempts = attempts,
                 .late = std::max(share * guess[i].late, guessed_late * permitted * attempts),
                 .latency_s = ratio * share * guess[i].latency_s};
  }
}

}  // namespace headroom::scale
