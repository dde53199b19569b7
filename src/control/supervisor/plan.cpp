// The planner of one service's replicas.
#include "control/supervisor/plan.h"

#include <algorithm>
#include <utility>

namespace headroom::supervisor {
namespace {

using scale::Phase;

class Planner {
 public:
  Planner(int wanted, std::span<const ReplicaView> replicas) : wanted_(wanted), all_(replicas) {
    for (std::size_t i = 0; i < all_.size(); ++i) {
      if (all_[i].phase == Phase::draining)
        outdated_draining_ = outdated_draining_ || !all_[i].current;
      else
        (all_[i].hung ? hung_ : serving_).push_back(i);
    }
    const auto older = [this](std::size_t a, std::size_t b) {
      return std::pair(all_[a].started, a) < std::pair(all_[b].started, b);
    };
    std::sort(serving_.begin(), serving_.end(), older);
    std::sort(hung_.begin(), hung_.end(), older);
  }

  Plan run(int start_limit) {
    stop_outdated_starts();
    stop_hung();
    stop_surplus();
    stop_one_outdated();
    plan_.starts = std::clamp(needed_starts(), 0, std::max(start_limit, 0));
    return std::move(plan_);
  }

 private:
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

  void stop(std::vector<std::size_t>& from, std::vector<std::size_t>::iterator which,
            StopReason reason) {
    plan_.stops.push_back({*which, reason});
    from.erase(which);
  }

  /// They never served, and what replaces them starts just as soon.
  void stop_outdated_starts() {
    for (auto it = serving_.begin(); it != serving_.end();) {
      if (!is_outdated(*it) || !is_starting(*it)) {
        ++it;
        continue;
      }
      plan_.stops.push_back({*it, StopReason::outdated});
      it = serving_.erase(it);
    }
  }

  void stop_hung() {
    const bool replaced = ready() >= wanted_;
    while (!hung_.empty() && (replaced || static_cast<int>(hung_.size()) > wanted_))
      stop(hung_, hung_.begin(), StopReason::hung);
  }

  void stop_surplus() {
    const int extra = wanted_ > 0 && outdated() > 0 ? 1 : 0;
    while (serving() > wanted_ + extra) stop(serving_, surplus_victim(), StopReason::surplus);
  }

  std::vector<std::size_t>::iterator surplus_victim() {
    if (ready() > wanted_) {
      const auto outdated_one = std::find_if(serving_.begin(), serving_.end(),
                                             [this](std::size_t i) { return is_outdated(i); });
      if (outdated_one != serving_.end()) return outdated_one;
    }
    const auto youngest_start = std::find_if(serving_.rbegin(), serving_.rend(),
                                             [this](std::size_t i) { return is_starting(i); });
    if (youngest_start != serving_.rend()) return std::prev(youngest_start.base());
    const auto least =
        std::ranges::min_element(serving_.rbegin(), serving_.rend(), {},
                                 [this](std::size_t i) { return all_[i].in_flight; });
    return std::prev(least.base());
  }

  void stop_one_outdated() {
    if (ready() <= wanted_) return;
    const auto oldest = std::find_if(serving_.begin(), serving_.end(),
                                     [this](std::size_t i) { return is_outdated(i); });
    if (oldest != serving_.end()) stop(serving_, oldest, StopReason::outdated);
  }

  [[nodiscard]] int needed_starts() const {
    if (serving() < wanted_) return wanted_ - serving();
    const bool one_under_way = count([this](std::size_t i) { return is_starting(i); }) > 0;
    const bool last_one_ended = !outdated_draining_ && plan_.stops.empty();
    const bool room = serving() <= wanted_ && wanted_ > 0;
    return outdated() > 0 && room && !one_under_way && last_one_ended ? 1 : 0;
  }

  int wanted_;
  std::span<const ReplicaView> all_;
  std::vector<std::size_t> serving_;  // neither draining nor hung, oldest first
  std::vector<std::size_t> hung_;     // oldest first
  bool outdated_draining_ = false;
  Plan plan_;
};

}  // namespace

Plan plan(int wanted, std::span<const ReplicaView> replicas, int start_limit) {
  return Planner(wanted, replicas).run(start_limit);
}

}  // namespace headroom::supervisor
