// Which services' parts of a checkpoint go with which tick: a thousand models are never copied at
// once.
#pragma once

#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "control/journal/rows.h"

namespace headroom::control {

/// Used by the control thread, once a tick, before learning and deciding.
class CheckpointRound {
 public:
  /// A fleet of so many has its checkpoint whole in one tick.
  static constexpr std::size_t services_at_once = 16;

  /// What to record with this tick. `due` as from Journal::checkpoint_due(): a round of all
  /// services begins, also where one is under way. `reloaded`: the policy is a new one, and
  /// services that it adds get their part.
  [[nodiscard]] std::optional<Checkpoint> next(std::optional<std::string_view> due, bool reloaded,
                                               const scale::Policy& policy,
                                               const scale::Model& model,
                                               const scale::State& state);

 private:
  void queue(const scale::Policy& policy, bool all);

  std::deque<std::string> waiting_;
  std::set<std::string, std::less<>> known_;  // services of the policy before
  bool under_way_ = false;                    // a round of all
};

/// All services at once.
[[nodiscard]] Checkpoint whole_checkpoint(std::string reason, const scale::Policy& policy,
                                          const scale::Model& model, const scale::State& state);

}  // namespace headroom::control
