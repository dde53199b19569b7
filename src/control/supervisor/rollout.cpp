// The states of a roll-out.
#include "control/supervisor/rollout.h"

#include <array>

namespace headroom::supervisor {

std::string_view name(RolloutState state) {
  constexpr std::array<std::string_view, rollout_state_count> names{"idle", "rolling", "given_up"};
  return names[static_cast<std::size_t>(state)];
}

void Rollout::begin_anew(Now now) {
  failed_starts_ = 0;
  last_failure_ = now.elapsed;
  if (state_ != RolloutState::idle) enter(RolloutState::rolling, now);
}

void Rollout::look(bool others_left, bool settled, Now now) {
  if (state_ == RolloutState::idle && others_left) enter(RolloutState::rolling, now);
  if (state_ != RolloutState::rolling || !settled) return;
  failed_starts_ = 0;
  enter(RolloutState::idle, now);
}

bool Rollout::start_failed(Instant started, int attempts, Now now) {
  if (state_ != RolloutState::rolling || started < last_failure_) return false;
  last_failure_ = now.elapsed;
  if (++failed_starts_ < attempts) return false;
  enter(RolloutState::given_up, now);
  return true;
}

void Rollout::became_ready(Now now) {
  failed_starts_ = 0;
  if (state_ == RolloutState::given_up) enter(RolloutState::rolling, now);
}

void Rollout::enter(RolloutState state, Now now) {
  state_ = state;
  since_ = now;
}

}  // namespace headroom::supervisor
