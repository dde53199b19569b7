// Starting, getting ready, draining and crashing.
#include "prove/fleet.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "core/result.h"

namespace headroom::prove {
namespace {

using scale::Phase;

constexpr double never_s = std::numeric_limits<double>::infinity();

}  // namespace

Fleet::Fleet(const World& world, std::uint64_t seed, std::vector<scale::ReplicaSeen>& seen)
    : world_(world), random_(seed), seen_(seen), next_change_s_(never_s) {
  seen_.clear();
  note_next_change();
}

void Fleet::begin(int count) {
  wanted_ = std::clamp(count, world_.replicas_min, world_.replicas_max);
  while (ready_ + starting_ < wanted_) {
    start(0);
    Life& life = lives_.back();
    scale::ReplicaSeen& seen = seen_.back();
    seen.age = std::chrono::hours(1);
    life.ready_at_s = -3600 + world_.startup.mean_s;
    seen.phase = Phase::ready;
    seen.startup = from_seconds(world_.startup.mean_s);
    --starting_;
    ++ready_;
    noisy_ready_ += life.noisy ? 1 : 0;
  }
  note_next_change();
}

double Fleet::startup_s() {
  const Startup& startup = world_.startup;
  double s = startup.mean_s * (1 + startup.spread * (2 * random_.uniform() - 1));
  if (startup.new_node_share > 0 && random_.uniform() < startup.new_node_share)
    s += startup.new_node_s;
  return std::max(0.0, s);
}

bool Fleet::zone_is_down(double at_s) const {
  const double since = world_.zone_fails_at_s;
  return since >= 0 && at_s >= since && at_s < since + world_.zone_fails_for_s;
}

void Fleet::start(double now_s) {
  Life life;
  life.number = started_++;
  life.zone = static_cast<int>(life.number % static_cast<std::uint32_t>(world_.zones));
  life.started_s = now_s;
  life.ready_at_s = now_s + startup_s();
  // A zone that is down makes nothing ready; what waits there is ready when it is back.
  if (life.zone == 0 && zone_is_down(life.ready_at_s))
    life.ready_at_s = world_.zone_fails_at_s + world_.zone_fails_for_s;
  life.noisy = world_.noisy_share > 0 && random_.uniform() < world_.noisy_share;
  next_change_s_ = std::min(next_change_s_, life.ready_at_s);
  lives_.push_back(life);
  scale::ReplicaSeen& seen = seen_.emplace_back();
  seen.id = "r-" + std::to_string(life.number);
  ++starting_;
}

void Fleet::remove(std::size_t index) {
  lives_.erase(lives_.begin() + static_cast<std::ptrdiff_t>(index));
  seen_.erase(seen_.begin() + static_cast<std::ptrdiff_t>(index));
}

void Fleet::stop_one(double now_s) {
  const auto last_in = [&](Phase phase) {
    for (std::size_t i = seen_.size(); i-- > 0;)
      if (seen_[i].phase == phase) return i;
    return seen_.size();
  };
  const std::size_t starting = last_in(Phase::starting);
  if (starting < seen_.size()) {
    --starting_;
    return remove(starting);
  }
  const std::size_t ready = last_in(Phase::ready);
  CHECK(ready < seen_.size());
  --ready_;
  noisy_ready_ -= lives_[ready].noisy ? 1 : 0;
  seen_[ready].phase = Phase::draining;
  lives_[ready].gone_at_s = now_s + world_.drain_s;
  next_change_s_ = std::min(next_change_s_, lives_[ready].gone_at_s);
}

Fleet::Wanted Fleet::want(int count, double now_s) {
  const int before = wanted_;
  wanted_ = std::clamp(count, world_.replicas_min, world_.replicas_max);
  while (ready_ + starting_ > wanted_) stop_one(now_s);
  while (ready_ + starting_ < wanted_) start(now_s);
  return {.before = before, .now = wanted_};
}

bool Fleet::quiet_until(double end_s) const {
  return end_s <= next_change_s_ && world_.crashes_per_hour <= 0;
}

void Fleet::note_next_change() {
  next_change_s_ = !zone_failed_ && world_.zone_fails_at_s >= 0 ? world_.zone_fails_at_s : never_s;
  for (std::size_t i = 0; i < lives_.size(); ++i) {
    if (seen_[i].phase == Phase::starting)
      next_change_s_ = std::min(next_change_s_, lives_[i].ready_at_s);
    if (seen_[i].phase == Phase::draining)
      next_change_s_ = std::min(next_change_s_, lives_[i].gone_at_s);
  }
}

std::span<const Change> Fleet::advance(double now_s) {
  changes_.clear();
  crashed_ = 0;
  ready_mean_ = ready_;
  paid_s_ = static_cast<double>(seen_.size());
  if (!quiet_until(now_s + 1)) live_through_changes(now_s);
  return changes_;
}

void Fleet::become_ready(std::size_t index, double at_s, double now_s) {
  Life& life = lives_[index];
  scale::ReplicaSeen& seen = seen_[index];
  seen.phase = Phase::ready;
  seen.startup = from_seconds(at_s - life.started_s);
  --starting_;
  ++ready_;
  noisy_ready_ += life.noisy ? 1 : 0;
  ready_mean_ += now_s + 1 - at_s;
  changes_.push_back({.kind = Change::Kind::ready, .at_s = at_s, .replica = life.number});
}

void Fleet::crash(std::size_t index, double at_s, double now_s) {
  const double lost_s = now_s + 1 - at_s;
  paid_s_ -= lost_s;
  if (seen_[index].phase == Phase::ready) {
    --ready_;
    noisy_ready_ -= lives_[index].noisy ? 1 : 0;
    ready_mean_ -= lost_s;
    ++crashed_;
  } else if (seen_[index].phase == Phase::starting) {
    --starting_;
  }
  changes_.push_back(
      {.kind = Change::Kind::crashed, .at_s = at_s, .replica = lives_[index].number});
  remove(index);
}

void Fleet::crash_by_chance(double now_s) {
  const double expected = ready_ * world_.crashes_per_hour / 3600;
  if (expected <= 0 || random_.uniform() >= expected) return;
  auto skip = static_cast<int>(random_.below(static_cast<std::uint64_t>(ready_)));
  for (std::size_t i = 0; i < seen_.size(); ++i)
    if (seen_[i].phase == Phase::ready && skip-- == 0)
      return crash(i, now_s + random_.uniform(), now_s);
}

void Fleet::live_through_changes(double now_s) {
  const double end_s = now_s + 1;
  const double fails_at_s = world_.zone_fails_at_s;
  crash_by_chance(now_s);
  if (!zone_failed_ && fails_at_s >= 0 && fails_at_s < end_s) {
    zone_failed_ = true;
    const double at_s = std::max(now_s, fails_at_s);
    for (std::size_t i = seen_.size(); i-- > 0;)
      if (lives_[i].zone == 0) crash(i, at_s, now_s);
  }
  for (std::size_t i = seen_.size(); i-- > 0;) {
    if (seen_[i].phase == Phase::starting && lives_[i].ready_at_s < end_s)
      become_ready(i, std::max(now_s, lives_[i].ready_at_s), now_s);
    if (seen_[i].phase == Phase::draining && lives_[i].gone_at_s < end_s) {
      paid_s_ -= end_s - std::max(now_s, lives_[i].gone_at_s);
      remove(i);
    }
  }
  std::ranges::sort(changes_, {},
                    [](const Change& change) { return std::pair(change.at_s, change.replica); });
  note_next_change();
}

}  // namespace headroom::prove
