// Where replicas go: how many each service gets of what all share, and how many
// each zone.
#pragma once

#include <vector>

#include "scale/decide.h"
#include "scale/decision.h"

namespace headroom::scale {

/// Of `replicas`, how many each of `zones` has, zone 1 first: as even as may
/// be, what is over with the first ones. So one replica more or fewer is one
/// zone's. Requires: zones >= 1.
[[nodiscard]] std::vector<int> spread(int replicas, int zones);

/// How many replicas of that phase each of `zones` has, zone 1 first; those in none are left out.
[[nodiscard]] std::vector<int> in_zones(const ServiceSeen& seen, Phase phase, int zones);

/// All limits at once: within its floor and what it wants, each service gets
/// one replica after another, until its next one would break a limit that all
/// share: connections of downstreams, the budget per hour. Higher priorities
/// come first; among equals whoever is least above its floor in proportion,
/// then the cheaper one, then by name. So no limit is broken but by floors, and
/// nothing is left over that a service wanted and no limit forbids; and the
/// order of services does not matter.
[[nodiscard]] Decisions allocate(const Policy& policy, Proposals proposals);

}  // namespace headroom::scale
