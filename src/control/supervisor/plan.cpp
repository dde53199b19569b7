// The planner of one service's replicas.
#include "control/supervisor/plan.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace headroom::supervisor {
namespace {

using scale::Phase;

class Planner {
 public:
  Planner(std::span<const int> zones, std::span<const ReplicaView> replicas)
      : zones_(zones), wanted_(std::accumulate(zones.begin(), zones.end(), 0)), all_(replicas) {
    for (std::size_t i = 0; i < all_.size(); ++i) {
      if (all_[i].phase == Phase::draining) {
        draining_ = true;
        outdated_draining_ = outdated_draining_ || !all_[i].current;
      } else {
        (all_[i].hung ? hung_ : serving_).push_back(i);
      }
    }
    const auto older = [this](std::size_t a, std::size_t b) {
      return std::pair(all_[a].started, a) < std::pair(all_[b].started, b);
    };
    std::sort(serving_.begin(), serving_.end(), older);
    std::sort(hung_.begin(), hung_.end(), older);
    serving_in_.assign(zones.size() + 1, 0);
    for (const std::size_t i : serving_) ++serving_in(zone_of(i));
  }

  Plan run(int start_limit) {
    stop_outdated_starts();
    stop_hung();
    stop_surplus();
    stop_one_outdated();
    const int starts = std::clamp(needed_starts(), 0, std::max(start_limit, 0));
    for (int i = 0; i < starts; ++i) plan_.starts.push_back(next_zone());
    return std::move(plan_);
  }

 private:
  using Which = std::vector<std::size_t>::iterator;

  [[nodiscard]] bool is_starting(std::size_t i) const {
    return all_[i].phase == Phase::starting && !all_[i].adopted;
  }
  [[nodiscard]] bool is_outdated(std::size_t i) const { return !all_[i].current; }

  [[nodiscard]] int count(auto&& matches) const {
    return static_cast<int>(std::count_if(serving_.begin(), serving_.end(), matches));
  }
  [[nodiscard]] int serving() const { return static_cast<int>(serving_.size()); }
  [[nodiscard]] int ready() const {
    return count([this](std::size_t i) { return all_[i].phase == Phase::ready; });
  }
  [[nodiscard]] int outdated() const {
    return count([this](std::size_t i) { return is_outdated(i); });
  }
  [[nodiscard]] int starting() const {
    return count([this](std::size_t i) { return is_starting(i); });
  }

  [[nodiscard]] int zone_count() const { return static_cast<int>(zones_.size()); }
  /// From 1; 0 is nowhere that replicas are wanted.
  [[nodiscard]] int zone_of(std::size_t i) const {
    return all_[i].zone >= 1 && all_[i].zone <= zone_count() ? all_[i].zone : 0;
  }
  [[nodiscard]] int& serving_in(int zone) { return serving_in_[static_cast<std::size_t>(zone)]; }
  /// How many more the zone has than are wanted there; negative where it lacks some.
  [[nodiscard]] int excess(int zone) const {
    const auto place = static_cast<std::size_t>(zone);
    return serving_in_[place] - (zone == 0 ? 0 : zones_[place - 1]);
  }
  [[nodiscard]] bool is_too_many(std::size_t i) const { return excess(zone_of(i)) > 0; }
  [[nodiscard]] bool some_zone_lacks() const {
    for (int zone = 1; zone <= zone_count(); ++zone)
      if (excess(zone) < 0) return true;
    return false;
  }
  /// The first of those that match, from zones that have most too many.
  [[nodiscard]] Which first_where_most(auto&& matches) {
    Which found = serving_.end();
    for (auto it = serving_.begin(); it != serving_.end(); ++it)
      if (matches(*it) &&
          (found == serving_.end() || excess(zone_of(*it)) > excess(zone_of(*found))))
        found = it;
    return found;
  }

  /// Returns what came after it.
  Which stop(Which which, StopReason reason) {
    plan_.stops.push_back({*which, reason});
    --serving_in(zone_of(*which));
    return serving_.erase(which);
  }

  /// They never served, and what replaces them starts just as soon.
  void stop_outdated_starts() {
    for (auto it = serving_.begin(); it != serving_.end();) {
      if (is_outdated(*it) && is_starting(*it))
        it = stop(it, StopReason::outdated);
      else
        ++it;
    }
  }

  void stop_hung() {
    const bool replaced = ready() >= wanted_;
    while (!hung_.empty() && (replaced || static_cast<int>(hung_.size()) > wanted_)) {
      plan_.stops.push_back({hung_.front(), StopReason::hung});
      hung_.erase(hung_.begin());
    }
  }

  void stop_surplus() {
    const int extra = wanted_ > 0 && outdated() > 0 ? 1 : 0;
    while (serving() > wanted_ + extra) {
      const Which victim = surplus_victim();
      if (victim == serving_.end()) return;
      stop(victim, StopReason::surplus);
    }
  }

  /// The end where one must be ready first that starts in a zone that lacks it.
  Which surplus_victim() {
    if (ready() > wanted_ && outdated() > 0)
      return first_where_most([this](std::size_t i) { return is_outdated(i); });
    const auto youngest_start =
        std::find_if(serving_.rbegin(), serving_.rend(),
                     [&](std::size_t i) { return is_starting(i) && is_too_many(i); });
    if (youngest_start != serving_.rend()) return std::prev(youngest_start.base());
    if (ready() <= wanted_ && starting() > 0) return serving_.end();
    const auto least = std::ranges::min_element(
        serving_.rbegin(), serving_.rend(), {},
        [this](std::size_t i) { return std::pair(!is_too_many(i), all_[i].in_flight); });
    return std::prev(least.base());
  }

  void stop_one_outdated() {
    if (ready() <= wanted_) return;
    const Which oldest = first_where_most([this](std::size_t i) { return is_outdated(i); });
    if (oldest != serving_.end()) stop(oldest, StopReason::outdated);
  }

  [[nodiscard]] int needed_starts() const {
    if (serving() < wanted_) return wanted_ - serving();
    const bool replaces = (outdated() > 0 && !outdated_draining_) ||
                          (some_zone_lacks() && !draining_ && outdated() == 0);
    const bool room = serving() <= wanted_ && wanted_ > 0;
    return replaces && room && starting() == 0 && plan_.stops.empty() ? 1 : 0;
  }

  /// Where most are missing; else where most are outdated, as those are stopped for it.
  [[nodiscard]] int next_zone() const {
    const auto missing = [this](int zone) {
      const auto planned = std::ranges::count(plan_.starts, zone);
      return std::pair(-excess(zone) - static_cast<int>(planned),
                       count([&](std::size_t i) { return zone_of(i) == zone && is_outdated(i); }));
    };
    int best = 1;
    for (int zone = 2; zone <= zone_count(); ++zone)
      if (missing(zone) > missing(best)) best = zone;
    return best;
  }

  std::span<const int> zones_;  // replicas that are wanted in each
  int wanted_;
  std::span<const ReplicaView> all_;
  std::vector<std::size_t> serving_;  // neither draining nor hung, oldest first
  std::vector<std::size_t> hung_;     // oldest first
  std::vector<int> serving_in_;       // by zone; first those that are in none
  bool draining_ = false;
  bool outdated_draining_ = false;
  Plan plan_;
};

}  // namespace

Plan plan(std::span<const int> wanted, std::span<const ReplicaView> replicas, int start_limit) {
  return Planner(wanted, replicas).run(start_limit);
}

}  // namespace headroom::supervisor
