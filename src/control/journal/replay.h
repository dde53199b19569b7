// Decides recorded ticks again with the code that runs in production, and compares.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "control/journal/reader.h"
#include "core/result.h"
#include "scale/decide.h"

namespace headroom::control {

/// A tick in which the replayed number of replicas is another one than the recorded one.
struct Difference {
  WallTime at;
  std::string service;
  int recorded = 0;
  int replayed = 0;
  std::string reason;  // the replayed decision's decisive rule, in words

  bool operator==(const Difference&) const = default;
};

struct ReplayCounts {
  std::int64_t observations = 0;  // ticks compared
  std::int64_t differences = 0;   // in the number of replicas, per service and tick
  std::int64_t worded = 0;        // ticks of the same numbers, other reasons: another build decided
  std::int64_t drifted = 0;       // checkpoints whose model or state is not the replayed one
  std::int64_t skipped = 0;  // ticks until each service has had a checkpoint, and after lost ones
  std::int64_t starts = 0;   // of headroom, within what was replayed
  std::int64_t reloads = 0;
};

/// Feed it ticks in the order of the journal.
///
/// A checkpoint for a start or after lost ticks begins anew; one for a reload brings the policy;
/// periodic ones are only compared, so that a changed knob has its effect over the whole span.
/// Where a checkpoint comes in parts, a service that has had its part is brought forward by itself,
/// with the recorded number in place of limits that it shares, until all have had theirs.
/// With a changed policy the observations stay what they were: the replay says what would have been
/// decided on what was seen, not what would then have been seen.
class Replay {
 public:
  using Change = std::function<Result<>(scale::Policy&)>;

  /// `change` edits every policy that comes; empty: nothing is changed.
  explicit Replay(Change change = {}) : change_(std::move(change)) {}

  /// What the tick led to: the step, the policy it was taken under and where it differs.
  struct Outcome {
    const scale::Policy* policy = nullptr;
    const scale::Model* model = nullptr;
    const scale::State* state = nullptr;  // for the next tick
    const std::vector<scale::ServiceDecision>* decisions = nullptr;
    std::vector<Difference> differences;
  };

  /// Nothing when there is no checkpoint to decide from. `compare`: false only brings the state
  /// forward, for ticks before the span that was asked for. What Outcome points to lives until
  /// the next call.
  [[nodiscard]] Result<std::optional<Outcome>> feed(const StoredTick& tick, bool compare = true);

  [[nodiscard]] const ReplayCounts& counts() const { return counts_; }

 private:
  struct Run {
    scale::Policy policy;
    scale::Model model;
    scale::State state;
    std::vector<std::string> services;  // of the policy as it was recorded
    std::int64_t last_id = 0;

    /// Each service has had its part of a checkpoint.
    [[nodiscard]] bool whole() const {
      return std::ranges::all_of(
          services, [this](const auto& name) { return model.services.contains(name); });
    }
  };
  [[nodiscard]] Result<> take(const Checkpoint& point, std::optional<Run>& run);
  void take_parts(const Checkpoint& point, Run& run);
  [[nodiscard]] std::vector<Difference> compare_with(const StoredTick& tick);

  Change change_;
  std::map<std::int64_t, std::optional<Run>> runs_;
  std::vector<scale::ServiceDecision> decided_;
  ReplayCounts counts_;
};

}  // namespace headroom::control
