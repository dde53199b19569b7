// Taking parts of a checkpoint.
#include "control/journal/checkpoint_round.h"

namespace headroom::control {
namespace {

void add_part(const std::string& service, const scale::Model& model, const scale::State& state,
              Checkpoint& point) {
  const auto learned = model.services.find(service);
  point.model.services[service] =
      learned == model.services.end() ? scale::ServiceModel{} : learned->second;
  const auto known = state.services.find(service);
  if (known != state.services.end()) point.state.services[service] = known->second;
}

}  // namespace

void CheckpointRound::queue(const scale::Policy& policy, bool all) {
  if (all) waiting_.clear();
  std::set<std::string, std::less<>> now;
  for (const auto& service : policy.services) {
    now.insert(service.service);
    if (all)
      waiting_.push_back(service.service);
    else if (!known_.contains(service.service))
      waiting_.push_front(service.service);  // until it has its part, nothing can be decided again
  }
  std::erase_if(waiting_, [&now](const std::string& service) { return !now.contains(service); });
  known_ = std::move(now);
  under_way_ |= all;
}

std::optional<Checkpoint> CheckpointRound::next(std::optional<std::string_view> due, bool reloaded,
                                                const scale::Policy& policy,
                                                const scale::Model& model,
                                                const scale::State& state) {
  if (!due && !reloaded && waiting_.empty()) return std::nullopt;
  Checkpoint point;
  if (due || reloaded) {
    queue(policy, due.has_value());
    point.reason = due ? *due : "reload";
    point.policy = policy;
  }
  for (std::size_t i = 0; i < services_at_once && !waiting_.empty(); ++i) {
    add_part(waiting_.front(), model, state, point);
    waiting_.pop_front();
  }
  point.complete = under_way_ && waiting_.empty();
  if (point.complete) under_way_ = false;
  return point;
}

Checkpoint whole_checkpoint(std::string reason, const scale::Policy& policy,
                            const scale::Model& model, const scale::State& state) {
  Checkpoint point{
      .reason = std::move(reason), .policy = policy, .model = {}, .state = {}, .complete = true};
  for (const auto& service : policy.services) add_part(service.service, model, state, point);
  return point;
}

}  // namespace headroom::control
