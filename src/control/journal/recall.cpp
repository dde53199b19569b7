// Folding the end of a journal into a model to go on with.
#include "control/journal/recall.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

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

/// What is known of some services as of a moment.
struct Known {
  WallTime at;
  scale::Model model;
  scale::State state;
};

/// All that the last round of checkpoints and the ticks after it tell.
Result<std::optional<Known>> folded(JournalReader& reader) {
  Replay replay;
  std::optional<Replay::Outcome> last;  // lives in `replay` until the next tick is fed
  WallTime at;
  const auto fold = [&](const StoredTick& tick) -> Result<> {
    last = TRY(replay.feed(tick, false));
    at = tick.seen.now.wall;
    return {};
  };
  TRY(reader.each_since_checkpoint(fold));
  if (!last) return std::nullopt;
  return Known{at, *last->model, *last->state};
}

/// Lets the time until `now` pass without evidence, for the services of `policy` that are known.
void catch_up(const scale::Policy& policy, WallTime now, Known known, Recalled& all) {
  scale::Policy of_known = policy;
  std::erase_if(of_known.services, [&](const scale::ServicePolicy& one) {
    return !known.model.services.contains(one.service) || all.model.services.contains(one.service);
  });
  if (of_known.services.empty()) return;
  scale::Model model;
  for (const auto& one : of_known.services)
    model.services[one.service] = std::move(known.model.services.at(one.service));
  const Duration age = now - known.at;
  const bool recent = age >= Duration{} && age <= state_age_max;
  scale::Observations unseen;
  unseen.now.wall = now;
  unseen.dt = recent ? age : state_age_max;
  scale::Step step = scale::step(of_known, std::move(model), known.state, unseen);
  all.model.services.merge(step.model.services);
  if (recent) all.state.services.merge(step.decisions.next.services);
}

}  // namespace

Result<std::optional<Recalled>> recall(const std::string& path, const scale::Policy& policy,
                                       WallTime now) {
  std::error_code none;
  const auto size = std::filesystem::file_size(path, none);
  if (none || size == 0) return std::nullopt;  // as one that a full disk left empty
  auto reader = TRY(JournalReader::open(path));
  Recalled all;
  if (auto known = TRY(folded(reader))) catch_up(policy, now, *std::move(known), all);
  std::map<WallTime, Known> by_tick;
  for (auto& part : TRY(reader.parts())) {
    Known& known = by_tick.try_emplace(part.wall, Known{part.wall, {}, {}}).first->second;
    known.model.services[part.service] = std::move(part.model);
    known.state.services[part.service] = std::move(part.state);
  }
  for (auto& [at, known] : by_tick) catch_up(policy, now, std::move(known), all);
  if (all.model.services.empty()) return std::nullopt;
  return all;
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
