// Bringing a new version of a service into force, and when that is given up: pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/time.h"

namespace headroom::supervisor {

enum class RolloutState : std::uint8_t {
  idle,      // all replicas run the version in force
  rolling,   // replicas of another version are being replaced
  given_up,  // the version in force did not start: replicas of another version stay
};
constexpr std::size_t rollout_state_count = 3;
[[nodiscard]] std::string_view name(RolloutState state);

/// Only a roll-out is given up, as then there is something to stay with: a service that has no
/// replica of another version goes on trying, which is the back-off's concern.
class Rollout {
 public:
  explicit Rollout(Now now) : since_(now) {}

  /// Another version is in force, or the one that was given up is to be tried again.
  void begin_anew(Now now);
  /// After any change of the replicas. `others_left`: some run another version. `settled`: none
  /// does, and the version in force has shown that it starts or none is wanted.
  void look(bool others_left, bool settled, Now now);
  /// A replica of the version in force that was started then did not start. Those that fail
  /// together count once. Whether this was the last of `attempts`: then it is given up.
  bool start_failed(Instant started, int attempts, Now now);
  /// One of the version in force is ready: what was given up goes on.
  void became_ready(Now now);

  [[nodiscard]] RolloutState state() const { return state_; }
  [[nodiscard]] bool given_up() const { return state_ == RolloutState::given_up; }
  [[nodiscard]] Now since() const { return since_; }
  /// In a row, of the version in force while it is rolled out.
  [[nodiscard]] int failed_starts() const { return failed_starts_; }

 private:
  void enter(RolloutState state, Now now);

  RolloutState state_ = RolloutState::idle;
  Now since_;
  int failed_starts_ = 0;
  Instant last_failure_{};
};

}  // namespace headroom::supervisor
