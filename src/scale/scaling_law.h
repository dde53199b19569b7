// The Universal Scalability Law of a replica: what limits it, and what may come beyond what was
// seen.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scale/model.h"

namespace headroom::scale {

/// The law is believed up to this many times the most in flight that was seen, and no further.
constexpr double law_reach = 2;

/// The law that fits best what attempts took by what was in flight: N. J. Gunther, Guerrilla
/// Capacity Planning, 2007. Throughput at n is n ÷ alone_s ÷ (1 + α(n − 1) + βn(n − 1)), so latency
/// is linear in alone_s, α·alone_s and β·alone_s: least squares of relative errors with none of
/// them negative, levels weighted by their evidence. Without enough levels there is none: alone_s
/// is 0. Where a replica queues what is above its slots, that bend is the law's worst error.
[[nodiscard]] ScalingLaw law_of(const std::vector<LevelEvidence>& levels);

/// Mean seconds of an attempt with `in_flight` at its replica. Requires: there is a law.
[[nodiscard]] double latency_at(const ScalingLaw& law, double in_flight);

/// What adds most to latency at the most that was seen.
enum class Limit : std::uint8_t { none, contention, coherency };
[[nodiscard]] Limit limit_of(const ScalingLaw& law);

/// In flight with the greatest throughput, √((1 − α) ÷ β); nothing where more always brings more.
[[nodiscard]] std::optional<double> peak_of(const ScalingLaw& law);

/// In flight at which an attempt takes `latency_s`, where that is more than was seen and within
/// reach; nothing otherwise.
[[nodiscard]] std::optional<double> takes_beyond_seen(const ScalingLaw& law, double latency_s);

/// "coherency limits it (contention 4%, coherency 0.05%, within 2%), most at 44 in flight by
/// extrapolation".
/// `objective_s`: of the service; where half of it is reached is said if more was not tried. Empty:
/// there is no law.
[[nodiscard]] std::string describe(const ScalingLaw& law, const Capacity& capacity,
                                   double objective_s);

}  // namespace headroom::scale
