// The policies of a case beside each other, each as its user would have set it.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "prove/grid.h"

namespace headroom::prove {

/// One policy on one case.
struct Standing {
  const Trial* run = nullptr;  // the setting that was taken, and what came of it
  std::size_t tried = 1;       // settings it was taken from
  bool met = false;            // misses no more than is permitted
};

struct Ranking {
  Case of;
  double objective_s = 0;  // answered within
  std::vector<Standing> policies;
};

/// For each case headroom, permitting what is permitted, and then the others, the cheapest that
/// meet it first: each with the setting that turned out cheapest within what is permitted, or
/// misses least where none is, and with its own signal. The oracle is told what is permitted, as
/// headroom is. Points into `runs`.
[[nodiscard]] std::vector<Ranking> rankings(std::span<const Trial> runs, double permitted);

}  // namespace headroom::prove
