// What may stand of what is decided: what cannot be recorded is not taken away.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "scale/decision.h"

namespace headroom::control {

/// Replicas by service.
using Replicas = std::map<std::string, int>;

/// Whether a decision of this tick may take effect.
struct Approval {
  bool recorded = false;        // it is in the journal, or will be
  bool replicas_known = false;  // the target told what stands
};

/// Whether some decision differs from what was approved `before`, or is a service's first one.
[[nodiscard]] bool changes(const std::vector<scale::ServiceDecision>& decisions,
                           const Replicas& before, const Approval& approval);

/// What should stand after `before` was approved. Raising goes on; lowering waits until it is
/// recorded, but for what the file itself forbids (`decisions` are in the order of `policy`). A
/// service's first decision replaces what stands, so that must be known: until then it has no
/// entry.
[[nodiscard]] Replicas approved(const std::vector<scale::ServiceDecision>& decisions,
                                const scale::Policy& policy, const Replicas& before,
                                const Approval& approval);

}  // namespace headroom::control
