// Folding the end of a journal into a model to go on with.
#include "control/journal/recall.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "control/journal/replay.h"

namespace headroom::control {
namespace {

/// "12,431"
std::string grouped(std::int64_t number) {
  std::string text = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), 1, ',');
  return text;
}

std::string counted(std::int64_t number, std::string_view what) {
  return fmt::format("{} {}{}", grouped(number), what, number == 1 ? "" : "s");
}

bool names(const scale::Policy& policy, const std::string& service) {
  return std::ranges::find(policy.services, service, &scale::ServicePolicy::service) !=
         policy.services.end();
}

}  // namespace

Result<std::optional<Recalled>> recall(const std::string& path, const scale::Policy& policy,
                                       WallTime now) {
  if (!std::filesystem::exists(path)) return std::nullopt;
  auto reader = TRY(JournalReader::open(path));
  Replay replay;
  std::optional<Replay::Outcome> last;  // lives in `replay` until the next tick is fed
  WallTime last_at;
  const auto fold = [&](const StoredTick& tick) -> Result<> {
    last = TRY(replay.feed(tick, false));
    last_at = tick.seen.now.wall;
    return {};
  };
  TRY(reader.each_since_checkpoint(fold));
  if (!last) return std::nullopt;

  Recalled before{*last->model, *last->state};
  std::erase_if(before.model.services, [&](const auto& one) { return !names(policy, one.first); });
  std::erase_if(before.state.services, [&](const auto& one) { return !names(policy, one.first); });
  const Duration age = now - last_at;
  const bool recent = age >= Duration{} && age <= state_age_max;
  scale::Observations unseen;
  unseen.dt = recent ? age : state_age_max;
  scale::Step step = scale::step(policy, std::move(before.model), before.state, unseen);
  return Recalled{std::move(step.model), recent ? std::move(step.decisions.next) : scale::State{}};
}

std::string learned_text(const scale::Model& model) {
  std::string text;
  for (const auto& [service, learned] : model.services) {
    const auto attempts = std::llround(learned.capacity.attempts);
    const auto starts = static_cast<std::int64_t>(learned.startups_s.size());
    if (attempts == 0 && starts == 0) continue;
    text += fmt::format("{}{} {}, {}", text.empty() ? "" : "; ", service,
                        counted(attempts, "attempt"), counted(starts, "start"));
  }
  return text;
}

}  // namespace headroom::control
