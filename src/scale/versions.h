// What was learned of each version of a service's program: kept apart, and found again.
#pragma once

#include <string>

#include "scale/decision.h"
#include "scale/model.h"
#include "scale/observation.h"

namespace headroom::scale {

/// Kept beside the one in use, those that served last: of a roll-out the other one, and two that a
/// roll-back may bring again.
constexpr std::size_t other_versions_max = 3;

/// The attempts of the tick at replicas of `version`, which is the one in use or another one.
/// Where attempts are not told apart, all are of the one in use.
[[nodiscard]] const ByConcurrency& attempts_of(const std::string& version, const ServiceSeen& seen,
                                               const ServiceModel& model);

/// What another version has shown; null where it is not kept.
[[nodiscard]] VersionEvidence* find_version(const std::string& version, ServiceModel& model);

/// Whether it serves, other than the one in use.
[[nodiscard]] inline bool serves(const VersionEvidence& other) {
  return other.unused_s <= 0;
}

/// Only a guess from now on. `permitted`: share that may be late.
void doubt(double permitted, std::vector<LevelEvidence>& levels, Capacity& capacity);

/// Puts that version in use which decisions are to go by. Requires: start-ups of `seen` are
/// learned.
///
/// A version that begins to serve starts from a guess, what the one in use has shown; one that
/// served before from what was kept of it. While several serve, what counts is the version of the
/// youngest replica once it has evidence enough; until then whichever carries least. Where attempts
/// are not told apart by version, what serves together is a version of its own, begun by a guess
/// and not kept; what was known of the one before it stays as it was.
void look_at_versions(const ServicePolicy& policy, const ServiceSeen& seen, double tick_s,
                      ServiceModel& model);

/// The version that is compared was found to be slower: where it has not been seen itself, it is
/// believed to be as the one before, that much slower.
void believe_slower(const ServicePolicy& policy, ServiceModel& model);

}  // namespace headroom::scale
