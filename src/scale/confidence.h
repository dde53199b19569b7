// How sure a learned capacity is.
#pragma once

#include <string>
#include <vector>

#include "scale/curve.h"
#include "scale/model.h"
#include "scale/observation.h"

namespace headroom::scale {

/// The capacity's evidence is one tick older, and less of it a guess; `seen` is not yet in
/// `levels`.
void note_attempts(const ByConcurrency& seen, const std::vector<LevelEvidence>& levels,
                   double tick_s, Capacity& capacity);

/// Sets what the requests/s of a learned capacity are within, with 90% confidence. `check` knows
/// how far blocks of attempts of one version differ.
///
/// The mean latency's deviation is that of batch means: attempts of one moment have the same
/// neighbours, caches and queues, so there are fewer independent ones than were counted, and how
/// many fewer is what means of ten seconds and of minutes tell. It grows with the evidence's age as
/// that of a random walk does. Below, nothing counts that is not proven to be in time, with as few
/// attempts; above, where more was not tried, latency may stay what it was seen to be.
void set_range(const Curve& curve, const VersionCheck& check, Capacity& capacity);

/// "90% sure of 152 to 168", and where it is old: ", as of 10 days ago". Empty: it was not learned.
[[nodiscard]] std::string confidence_text(const Capacity& capacity);

}  // namespace headroom::scale
