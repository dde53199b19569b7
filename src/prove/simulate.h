// One run: a scenario, an autoscaler, a plant, a seed; out comes the score.
#pragma once

#include <cstdint>

#include "prove/scenario.h"
#include "prove/score.h"
#include "scale/rivals/autoscaler.h"

namespace headroom::prove {

/// exact: every request is an event. fluid: per second, by queueing formulas; for sweeps.
enum class Plant : std::uint8_t { fluid, exact };

/// Deterministic: the same arguments give the same score, bit for bit, on the same build.
[[nodiscard]] Score simulate(const Scenario& scenario, Plant plant, std::uint64_t seed,
                             rivals::Autoscaler& autoscaler);

}  // namespace headroom::prove
