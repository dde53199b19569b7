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
  return fmt::format("{}: {}", found->name(), found->text);
}

/// `hint` is where it most likely is.
const scale::ServiceDecision* find(const std::vector<scale::ServiceDecision>& decisions,
                                   const std::string& service, std::size_t hint) {
  if (hint < decisions.size() && decisions[hint].service == service) return &decisions[hint];
  const auto found = std::ranges::find(decisions, service, &scale::ServiceDecision::service);
  return found == decisions.end() ? nullptr : &*found;
}

/// One tick of the services that have a model, each by itself.
void bring_forward(const scale::Policy& whole, const StoredTick& tick, scale::Model& model,
                   scale::State& state) {
  scale::Policy policy{
      .services = {}, .downstreams = {}, .budget_per_hour = {}, .shadow = whole.shadow};
  for (const auto& service : whole.services)
    if (model.services.contains(service.service)) policy.services.push_back(service);
  scale::Step step = scale::step(policy, std::move(model), state, tick.seen, scale::Explain::no);
  model = std::move(step.model);
  state = std::move(step.decisions.next);
  for (const auto& recorded : tick.decisions)
    if (const auto next = state.services.find(recorded.service);
        next != state.services.end() && next->second.replicas >= 0)
      next->second.replicas = recorded.replicas;
}

}  // namespace

void Replay::take_parts(const Checkpoint& point, Run& run) {
  static const scale::ServiceState none;
  const auto state_of = [](const scale::State& state, const std::string& service) {
    const auto found = state.services.find(service);
    return found == state.services.end() ? none : found->second;
  };
  bool drifted = false;
  for (const auto& [service, model] : point.model.services) {
    const auto [own, is_new] = run.model.services.try_emplace(service, model);
    const scale::ServiceState state = state_of(point.state, service);
    if (is_new)
      run.state.services[service] = state;
    else
      drifted |= own->second != model || state_of(run.state, service) != state;
  }
  counts_.drifted += drifted && !change_;
}

Result<> Replay::take(const Checkpoint& point, std::optional<Run>& run) {
  counts_.starts += point.reason == "start";
  counts_.reloads += point.reason == "reload";
  if (point.policy) {
    if (point.reason == "start" || point.reason == "gap" || !run) run.emplace();
    run->policy = *point.policy;
    run->services.clear();
    for (const auto& service : run->policy.services) run->services.push_back(service.service);
    if (change_) TRY(change_(run->policy));
  }
  if (run) take_parts(point, *run);
  return {};
}

Result<std::optional<Replay::Outcome>> Replay::feed(const StoredTick& tick, bool compare) {
  auto& run = runs_[tick.run];
  // The one before was lost, or trimmed away while reading.
  if (tick.after_loss || (run && run->last_id != tick.previous)) run.reset();
  if (tick.checkpoint) TRY(take(*tick.checkpoint, run));
  if (run) run->last_id = tick.id;
  if (!run || !run->whole()) {
    if (run) bring_forward(run->policy, tick, run->model, run->state);
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
  for (std::size_t i = 0; i < decided_.size(); ++i) {
    const auto& replayed = decided_[i];
    const auto* recorded = find(tick.decisions, replayed.service, i);
    if (recorded != nullptr && recorded->replicas == replayed.replicas) continue;
    differences.push_back({.at = tick.seen.now.wall,
                           .service = replayed.service,
                           .recorded = recorded == nullptr ? 0 : recorded->replicas,
                           .replayed = replayed.replicas,
                           .reason = decisive_reason(replayed)});
  }
  for (std::size_t i = 0; i < tick.decisions.size(); ++i) {
    const auto& recorded = tick.decisions[i];
    if (find(decided_, recorded.service, i) == nullptr)
      differences.push_back({.at = tick.seen.now.wall,
                             .service = recorded.service,
                             .recorded = recorded.replicas,
                             .replayed = 0,
                             .reason = "the policy does not name it"});
  }
  counts_.worded += !change_ && differences.empty() && digest_of(decided_) != tick.digest;
  counts_.differences += static_cast<std::int64_t>(differences.size());
  return differences;
}

}  // namespace headroom::control
