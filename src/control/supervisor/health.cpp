// Counting the failed probes of a replica.
#include "control/supervisor/health.h"

#include <fmt/format.h>

namespace headroom::supervisor {

void Health::record(ProbeOutcome outcome, Instant now) {
  if (outcome == ProbeOutcome::unseen) return silent_since_.reset();
  failures_ = outcome == ProbeOutcome::ok ? 0 : failures_ + 1;
  if (outcome != ProbeOutcome::silent) {
    silent_since_.reset();
    hung_ = false;
    return;
  }
  if (!silent_since_) silent_since_ = now;
  hung_ = !healthy() && now - *silent_since_ >= policy_.hung_after;
}

control::Event health_event(std::string service, std::string replica, const Health& health,
                            std::string_view problem) {
  using control::Level;
  return {health.healthy() ? Level::info : Level::warning, std::move(service), std::move(replica),
          health.healthy() ? "is healthy again"
                           : fmt::format("is unhealthy ({}): nothing is sent to it", problem)};
}

}  // namespace headroom::supervisor
