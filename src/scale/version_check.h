// Whether a version of a service takes longer than the one before it, found as soon as it is sure.
#pragma once

#include <optional>
#include <string>

#include "scale/model.h"
#include "scale/observation.h"

namespace headroom::scale {

/// Other versions serve than before: `levels` are what those before have shown, `now` is the one
/// that serves alone or empty while several do. It is compared from then on, for an hour at most.
void begin_check(const std::vector<LevelEvidence>& levels, const std::string& now,
                 VersionCheck& check);

/// Takes in one tick's attempts. Blocks of ten seconds are compared with what the version before
/// took with as many in flight; Wald's sequential test decides between up to 8% longer and a
/// quarter longer, which is a fifth of the capacity. How much blocks of one version differ from
/// each other is learned from `levels` while nothing is compared. The first seconds are left out:
/// the last replica is still cold.
void check_version(const ByConcurrency& seen, double tick_s,
                   const std::vector<LevelEvidence>& levels, VersionCheck& check);

/// The first seconds of a version that is compared: its replicas are still cold.
[[nodiscard]] bool is_warming_up(const VersionCheck& check);

/// How many attempts tell as much of the mean latency as one would that was independent of all
/// others: attempts of one moment wait for the same things. From how far means of blocks, and of
/// some minutes of them, are from what was usual. 1 until that is known.
[[nodiscard]] double attempts_for_one(const VersionCheck& check);

/// Once it was found: latency ÷ that of the version before, with as many in flight.
[[nodiscard]] std::optional<double> slower_by(const VersionCheck& check);

/// "version 4f2a takes 1.31 × as long as the one before with as many in flight: 24% less capacity".
[[nodiscard]] std::string describe(const VersionCheck& check);

}  // namespace headroom::scale
