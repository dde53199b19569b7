// Something that may stop working and heal by itself, told when it does.
#pragma once

#include <string_view>
#include <utility>

#include "control/say.h"

namespace headroom::control {

/// What has to be written, again and again. Tells once that it cannot be, and once that it is
/// again.
class Trouble {
 public:
  Trouble(std::string_view what, std::string_view meanwhile) : what_(what), meanwhile_(meanwhile) {}

  /// `problem`: why it cannot be written at present; empty when it can.
  void look(std::string_view problem) {
    const bool failing = !problem.empty();
    if (std::exchange(failing_, failing) == failing) return;
    if (failing)
      say(Level::error, "{} cannot be written: {}; until it can, {}", what_, problem, meanwhile_);
    else
      say(Level::info, "{} is written again", what_);
  }

 private:
  std::string_view what_;
  std::string_view meanwhile_;
  bool failing_ = false;
};

[[nodiscard]] inline Trouble journal_trouble() {
  return {"the journal", "replicas are added but not taken away"};
}
[[nodiscard]] inline Trouble learned_trouble() {
  return {"what was learned", "a restart does without what is not in the journal"};
}
[[nodiscard]] inline Trouble access_log_trouble() {
  return {"the access log", "its lines are dropped"};
}

}  // namespace headroom::control
