// One run: a scenario, an autoscaler, a plant, a seed; out comes the score.
#pragma once

#include <cstdint>

#include "core/result.h"
#include "prove/scenario.h"
#include "prove/score.h"
#include "scale/rivals/autoscaler.h"

namespace headroom::prove {

/// exact: every request is an event. fluid: per second, by queueing formulas; for sweeps.
enum class Plant : std::uint8_t { fluid, exact };

/// What is simulated at most, so that a wrong unit or factor is told and not waited for: requests/s
/// in either plant, and in the exact one, whose time and memory grow with them, fewer.
inline constexpr double rate_max = 1e9;
inline constexpr double exact_rate_max = 1e6;
inline constexpr double exact_requests_max = 1e10;

/// An error when the demand is more than the plant takes.
[[nodiscard]] Result<> check_size(const Demand& demand, Plant plant);

/// Deterministic: the same arguments give the same score, bit for bit, on the same build.
[[nodiscard]] Score simulate(const Scenario& scenario, Plant plant, std::uint64_t seed,
                             rivals::Autoscaler& autoscaler);

}  // namespace headroom::prove
