// Whether what is foretold comes, and is worth what it costs: scored whether or not it is acted on.
#pragma once

#include <cstddef>
#include <vector>

#include "scale/foretell.h"
#include "scale/model.h"

namespace headroom::scale {

constexpr std::size_t half_hours = 48;

/// What one tick says of what was told before it, and of what is told now.
struct ProofTick {
  double per_second = 0;  // demand now
  double tick_s = 0;
  double lead_s = 0;
  double permitted = 0;  // share of requests that may be missed
  bool counts = true;    // what comes may be held against what was told
};

/// Takes in one tick. `told` may rest on a single day.
void prove_foretold(const ProofTick& tick, const ByTeller& told, Repeat& repeat);

/// Once a day: what was saved long ago counts for less.
void fade_proofs(Repeat& repeat);

/// What was proved at some time of the day holds so many minutes later, or earlier.
void turn_proofs(int minutes, Repeat& repeat);

/// The tellers that are to be believed about this time of the day, of each kind the widest that
/// saved nearly as much as the best: none while none has proved itself.
[[nodiscard]] std::vector<std::size_t> believed_tellers(const Repeat& repeat);

}  // namespace headroom::scale
