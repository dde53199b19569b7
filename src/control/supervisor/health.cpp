// Counting the failed probes of a replica.
#include "control/supervisor/health.h"

namespace headroom::supervisor {

void Health::record(ProbeOutcome outcome, Instant now) {
  failures_ = outcome == ProbeOutcome::ok ? 0 : failures_ + 1;
  if (outcome != ProbeOutcome::silent) {
    silent_since_.reset();
    hung_ = false;
    return;
  }
  if (!silent_since_) silent_since_ = now;
  hung_ = !healthy() && now - *silent_since_ >= policy_.hung_after;
}

}  // namespace headroom::supervisor
