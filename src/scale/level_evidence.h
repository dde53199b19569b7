// Evidence by level of concurrency: taken in, doubted, carried over to a slower version.
#pragma once

#include <vector>

#include "scale/model.h"
#include "scale/observation.h"

namespace headroom::scale {

/// Takes in one tick's attempts; older ones count less. What levels above `capacity`, in flight,
/// have shown is forgotten with time, too: they are hardly visited, and may have been mended since.
void absorb(const ByConcurrency& seen, double tick_s, double capacity,
            std::vector<LevelEvidence>& levels);

/// Of an old version, attempts that are kept: so few that they prove nothing and are soon
/// outweighed. `permitted`: share that may be late.
[[nodiscard]] double doubted_attempts(double permitted);

/// Keeps that many, at all levels in proportion.
void doubt(double permitted, std::vector<LevelEvidence>& levels);

/// A version takes `ratio` times as long as the one that `before` is of. Where it has not been seen
/// itself, what `before` shows becomes a guess: that much slower, as many attempts as a share of
/// late ones is judged by. Nothing is guessed where that would take more than what is presumed to
/// be in time of `objective_s`.
void guess_unseen(const std::vector<LevelEvidence>& before, double ratio, double permitted,
                  double objective_s, std::vector<LevelEvidence>& levels);

}  // namespace headroom::scale
