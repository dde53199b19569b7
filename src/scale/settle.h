// From needs to one number: shape over time, then bounds; with or without any one rule.
#pragma once

#include <optional>
#include <vector>

#include "scale/decision.h"
#include "scale/need.h"
#include "scale/state.h"

namespace headroom::scale {

/// All that the number of replicas of one service follows from.
struct Question {
  std::vector<Need> needs;  // at least one
  // Largest needs within the scale-in delay, before this tick: those of the calendar, of what comes
  // again, all others.
  NeedSample event_lately;
  NeedSample repeat_lately;
  NeedSample needed_lately;
  double delay_s = 0;        // the scale-in delay
  double band = 0;           // a fall smaller than this share may be chance
  double band_by_now = 0;    // and smaller than this one still, as long as less has been needed
  bool evidence = true;      // complete; otherwise the number may not fall
  bool rolling_out = false;  // replicas are being replaced; the number may not fall
  bool incident = false;     // requests are late or fail whatever the concurrency; the same
  int last = 0;              // the decision before, or what stands when there is none
  int ready = 0;
  spec::Replicas bounds;
  int step = 0;  // replicas that may be starting at once; 0: no limit
};

/// How long what was needed is kept: the policy's scale.in_delay, or by the time a start takes.
[[nodiscard]] double scale_in_delay_s(const ServicePolicy& policy, const ServiceModel& model);

/// The answer. Leaves out the rule `without`. Appends a reason for each rule that ran
/// when `reasons` is given; decisive are those that the answer follows from: the need of this
/// moment is not when that of an earlier one rules. Never falls when a need rises.
[[nodiscard]] int settle(const Question& question, std::optional<Rule> without,
                         std::vector<Reason>* reasons);

/// How many of `replicas` are sure to be left when one of the zones is lost.
[[nodiscard]] int after_zone_loss(int replicas, int zones);

/// The largest need, not rounded.
[[nodiscard]] double largest(const Question& question, std::optional<Rule> without);

/// The largest need that is an estimate of what is there: not what the calendar or past days say
/// will come.
[[nodiscard]] double largest_estimated(const Question& question, std::optional<Rule> without);

}  // namespace headroom::scale
