// Re-deciding a journal.
#include "control/journal/replay.h"

#include <fmt/format.h>

#include <algorithm>

namespace headroom::control {
namespace {

/// The last rule that changed the number.
std::string decisive_reason(const scale::ServiceDecision& decision) {
  const auto found = std::find_if(decision.reasons.rbegin(), decision.reasons.rend(),
                                  [](const scale::Reason& reason) { return reason.decisive; });
  if (found == decision.reasons.rend()) return decision.summary;
  return fmt::format("{}: {}", found->rule, found->text);
}

const scale::ServiceDecision* find(const std::vector<scale::ServiceDecision>& decisions,
                                   const std::string& service) {
  const auto found = std::ranges::find(decisions, service, &scale::ServiceDecision::service);
  return found == decisions.end() ? nullptr : &*found;
}

}  // namespace

Result<> Replay::take(const Checkpoint& point, std::optional<Run>& run) {
  counts_.starts += point.reason == "start";
  counts_.reloads += point.reason == "reload";
  const bool goes_on = run && (point.reason == "reload" || point.reason == "periodic");
  if (goes_on) {
    if (!change_ && (run->model != point.model || run->state != point.state)) ++counts_.drifted;
    run->policy = point.policy;
  } else {
    run = Run{point.policy, point.model, point.state};
  }
  return change_ ? change_(run->policy) : Result<>{};
}

Result<std::optional<Replay::Outcome>> Replay::feed(const StoredTick& tick, bool compare) {
  if (last_id_ != 0 && tick.id != last_id_ + 1) runs_.clear();  // trimmed away while reading
  last_id_ = tick.id;
  auto& run = runs_[tick.run];
  if (tick.after_loss) run.reset();
  if (tick.checkpoint) TRY(take(*tick.checkpoint, run));
  if (!run) {
    counts_.skipped += compare;
    return std::nullopt;
  }
  scale::Step step = scale::step(run->policy, std::move(run->model), run->state, tick.seen);
  run->model = std::move(step.model);
  run->state = std::move(step.decisions.next);
  decided_ = std::move(step.decisions.services);
  Outcome outcome{&run->policy, &run->model, &run->state, &decided_, {}};
  if (compare) outcome.differences = compare_with(tick);
  return outcome;
}

std::vector<Difference> Replay::compare_with(const StoredTick& tick) {
  std::vector<Difference> differences;
  ++counts_.observations;
  for (const auto& replayed : decided_) {
    const auto* recorded = find(tick.decisions, replayed.service);
    if (recorded != nullptr && recorded->replicas == replayed.replicas) {
      counts_.worded += !change_ && *recorded != replayed;
      continue;
    }
    differences.push_back({.at = tick.seen.now.wall,
                           .service = replayed.service,
                           .recorded = recorded == nullptr ? 0 : recorded->replicas,
                           .replayed = replayed.replicas,
                           .reason = decisive_reason(replayed)});
  }
  for (const auto& recorded : tick.decisions)
    if (find(decided_, recorded.service) == nullptr)
      differences.push_back({.at = tick.seen.now.wall,
                             .service = recorded.service,
                             .recorded = recorded.replicas,
                             .replayed = 0,
                             .reason = "the policy does not name it"});
  counts_.differences += static_cast<std::int64_t>(differences.size());
  return differences;
}

}  // namespace headroom::control
