// Needs of each second, then the cheapest way to have them ready.
#include "prove/oracle.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>
#include <vector>

#include "prove/queueing.h"
#include "prove/stay.h"

namespace headroom::prove {
namespace {

/// What a number of replicas can carry: requests at once, at which so many are late by waiting.
class Carried {
 public:
  Carried(const Scenario& scenario, double missed_share)
      : workload_(scenario.workload),
        world_(scenario.world),
        alone_(scenario.workload, scenario.world),
        late_(alone_, scenario.workload.objective_s),
        missed_share_(missed_share) {
    by_replicas_.push_back(0);
  }

  /// The fewest replicas for `busy` requests at once on average; no more than the world's most.
  [[nodiscard]] int replicas_for(double busy) {
    while (by_replicas_.back() < busy &&
           static_cast<int>(by_replicas_.size()) <= world_.replicas_max)
      by_replicas_.push_back(most(static_cast<int>(by_replicas_.size())));
    const auto enough = std::ranges::lower_bound(by_replicas_, busy);
    const auto count = static_cast<int>(enough - by_replicas_.begin());
    return std::clamp(count, world_.replicas_min, world_.replicas_max);
  }

 private:
  [[nodiscard]] double most(int replicas) {
    double low = 0;
    double high = replicas * workload_.concurrency;
    for (int i = 0; i < 40; ++i) {
      const double middle = (low + high) / 2;
      (late_share(replicas, middle) > missed_share_ ? high : low) = middle;
    }
    return std::max(low, by_replicas_.back());
  }

  /// Of requests that wait a settled queue's time, by the formulas of FluidPlant.
  [[nodiscard]] double late_share(int replicas, double busy) {
    const Contention& law = workload_.contention;
    const double others = std::clamp(busy / replicas - 1, 0.0, workload_.concurrency - 1.0);
    const double stretch = 1 + law.sigma * others + law.kappa * others * (others + 1);
    double places = replicas * workload_.concurrency;
    if (world_.downstream_connections > 0)
      places = std::min(places, static_cast<double>(world_.downstream_connections));
    const double noise = world_.noisy_share * (1 - 1 / std::max(1.0, world_.noisy_slowdown));
    double full = places / stretch * (1 - noise);
    if (workload_.pauses.every_s > 0)
      full /= 1 + workload_.pauses.length_s / workload_.pauses.every_s;
    const double utilisation = busy / full;
    if (utilisation >= 1) return 1;
    const double share = erlang_.wait_share(static_cast<int>(places), utilisation);
    const double wait_s = workload_.service_time.mean() / full *
                          (1 + workload_.service_time.cv2()) / 2 / (1 - utilisation);
    const double x = workload_.objective_s / stretch;
    return (1 - share) * late_.alone(x) + share * late_.with_wait(x, wait_s / stretch) -
           late_.alone(workload_.objective_s);
  }

  const Workload& workload_;
  const World& world_;
  AloneTime alone_;
  LateTable late_;
  ErlangC erlang_;
  double missed_share_;
  std::vector<double> by_replicas_;  // rising
};

/// out[t] = the best of values[t] … values[t + length - 1], by `better`, in linear time.
template <class Better>
std::vector<int> best_ahead(const std::vector<int>& values, std::size_t length, Better better) {
  std::vector<int> out(values.size());
  std::deque<std::size_t> best;  // positions, each better than those after it
  for (std::size_t t = values.size(); t-- > 0;) {
    while (!best.empty() && !better(values[best.back()], values[t])) best.pop_back();
    best.push_back(t);
    while (best.front() >= t + length) best.pop_front();
    out[t] = values[best.front()];
  }
  return out;
}

std::vector<int> needs_of(const Scenario& scenario, double missed_share) {
  Carried carried(scenario, missed_share);
  Stay stay(scenario.workload.service_time);
  std::vector<int> needs;
  needs.reserve(scenario.demand.per_second.size());
  for (const double rate : scenario.demand.per_second) {
    stay.take_on(rate);
    needs.push_back(carried.replicas_for(std::max(stay.mean(), stay.at_end())));
  }
  return needs;
}

class Oracle final : public rivals::Autoscaler {
 public:
  Oracle(const Scenario& scenario, double missed_share) {
    const World& world = scenario.world;
    const Startup& startup = world.startup;
    const double slowest_s = startup.mean_s * (1 + startup.spread) +
                             (startup.new_node_share > 0 ? startup.new_node_s : 0);
    const auto lead = static_cast<std::size_t>(std::ceil(slowest_s));
    const auto restart = static_cast<std::size_t>(std::ceil(startup.mean_s + world.drain_s));
    wanted_ = needs_of(scenario, missed_share);
    // A valley shorter than a restart is paid for: first raised to what comes within that time,
    // then lowered to the least that this would have been within the time before.
    wanted_ = best_ahead(wanted_, restart + 1, std::greater<>());
    std::ranges::reverse(wanted_);
    wanted_ = best_ahead(wanted_, restart + 1, std::less<>());
    std::ranges::reverse(wanted_);
    wanted_ = best_ahead(wanted_, lead + 1, std::greater<>());
  }

  int decide(const Now& now, Duration, const scale::ServiceSeen&) override {
    const auto second = static_cast<std::size_t>(seconds(now.elapsed.time_since_epoch()));
    return wanted_[std::min(second, wanted_.size() - 1)];
  }
  [[nodiscard]] bool reads_outcomes() const override { return false; }

 private:
  std::vector<int> wanted_;  // from each second on
};

}  // namespace

std::unique_ptr<rivals::Autoscaler> oracle(const Scenario& scenario, double missed_share) {
  CHECK(!scenario.demand.per_second.empty() && missed_share > 0);
  return std::make_unique<Oracle>(scenario, missed_share);
}

}  // namespace headroom::prove
