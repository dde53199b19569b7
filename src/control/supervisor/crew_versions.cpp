// Which version of a service is in force, what is started while it does not start, and how that is
// told.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "control/supervisor/crew.h"
#include "io/clock.h"

namespace headroom::supervisor {

/// Of the loop's turn, in which starts are stamped too.
Now Crew::this_moment() const {
  return {.wall = io::wall_now(), .elapsed = workshop_.loop.now()};
}

bool Crew::in_force(const Replica& replica) const {
  return command_ && replica.identity().command_hash == command_->hash;
}

bool Crew::others_left() const {
  return !retired_ && command_ && std::ranges::any_of(replicas_, [this](const auto& replica) {
    return replica->stage() != Stage::ended && !in_force(*replica);
  });
}

void Crew::bring_into_force(Command command) {
  const bool changed = command_ && command.hash != command_->hash;
  // What never became ready is nothing to go back to.
  if (changed && proven_) before_ = std::move(command_);
  command_ = std::move(command);
  if (changed) tally_.failed_in_a_row = 0;  // those were of another version
  if (changed)
    proven_ = std::ranges::any_of(replicas_, [this](const auto& replica) {
      return in_force(*replica) && replica->ready_since();
    });
  if (changed) rollout_.begin_anew(this_moment());
}

void Crew::look_at_program() {
  if (!rollout_.given_up() || retired_) return;
  auto fresh = look_up(command_->run, folder_);
  if (!fresh || fresh->hash == command_->hash) return;
  note(control::Level::info, {}, "the program has changed: the roll-out is tried again");
  backoff_.reset();
  bring_into_force(std::move(*fresh));
  workshop_.settle_soon();
}

std::optional<Command> Crew::version_before() const {
  if (!before_) return std::nullopt;
  auto found = look_up(before_->run, folder_);
  if (!found || found->hash != before_->hash) return std::nullopt;  // its program is another now
  return std::move(*found);
}

Result<Command> Crew::version_to_start() {
  if (rollout_.given_up())
    if (auto before = version_before()) return std::move(*before);
  Command fresh = TRY(look_up(command_->run, folder_));
  if (fresh.hash != command_->hash)
    note(control::Level::info, {}, "the program has changed: replicas are replaced one by one");
  bring_into_force(std::move(fresh));
  return *command_;
}

void Crew::start_failed(StartFailure reason, bool of_version_in_force, Instant started) {
  tally_.count(reason);
  if (!of_version_in_force) return;
  const bool stay = others_left() || version_before();
  const int attempts = command_->run.rollout_attempts;
  if (!stay || !rollout_.start_failed(started, attempts, this_moment())) return;
  note_problem(control::Level::error, {},
               fmt::format("the roll-out is given up after {} failed starts in a row: replicas of "
                           "the version before stay; the next change of the file or program, or "
                           "SIGHUP, tries again",
                           attempts));
  if (version_before()) backoff_.reset();  // that one has worked
}

control::Standing Crew::standing() const {
  constexpr std::size_t shown = 8;  // of 16 digits: enough to tell versions apart
  control::Standing standing{.tally = tally_,
                             .rollout = rollout_.state(),
                             .rollout_since = rollout_.since().wall,
                             .rollout_failed_starts = rollout_.failed_starts(),
                             .version = command_ ? command_->hash.substr(0, shown) : "",
                             .replicas = {}};
  for (const auto& replica : replicas_)
    standing.replicas[replica->id()] = {
        .version = replica->identity().command_hash.substr(0, shown),
        .healthy = {},
        .cpu = replica->cpu()};
  return standing;
}

}  // namespace headroom::supervisor
