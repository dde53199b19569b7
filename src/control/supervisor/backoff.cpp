// Crash-loop back-off.
#include "control/supervisor/backoff.h"

#include <algorithm>
#include <limits>

namespace headroom::supervisor {

void Backoff::failed(Instant now, Instant started, std::optional<Duration> ready_for) {
  if (healthy_since_ && now - *healthy_since_ >= policy_.healthy_after) failures_ = 0;
  if (ready_for && *ready_for >= policy_.healthy_after) return;
  healthy_since_.reset();
  on_trial_ = on_trial_ || !ready_for;
  if (failures_ > 0 && started < last_failure_) return;
  ++failures_;
  Duration delay = policy_.first;
  for (int i = 1; i < failures_ && delay < policy_.longest; ++i) delay *= 2;
  last_failure_ = now;
  not_before_ = now + std::min(delay, policy_.longest);
}

void Backoff::became_ready(Instant now) {
  on_trial_ = false;
  if (!healthy_since_) healthy_since_ = now;
}

void Backoff::reset() {
  *this = Backoff(policy_);
}

int Backoff::start_limit(Instant now, int starting) const {
  if (now < not_before_) return 0;
  if (on_trial_) return std::max(0, 1 - starting);
  return std::numeric_limits<int>::max();
}

}  // namespace headroom::supervisor
