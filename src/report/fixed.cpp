// An estimate, and its contradictions.
#include "report/fixed.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "report/layout.h"
#include "report/shortfall.h"

namespace headroom::report {
namespace {

/// What a queue has left behind is over by then: so long a fleet must have been ready to be blamed.
constexpr double settled_s = 10;

/// Requests missed by the number of replicas that had been ready for long enough. Those late by
/// themselves and those that failed are no fault of a fleet.
class Missed {
 public:
  explicit Missed(const ServiceRun& run) {
    const auto& moments = run.moments;
    for (std::size_t i = 0; i < moments.size(); ++i) {
      const Moment& moment = moments[i];
      int ready = moment.ready;
      for (std::size_t j = i; j > 0 && moments[j - 1].t_s > moment.t_s - settled_s; --j)
        ready = std::min(ready, moments[j - 1].ready);
      const auto places = static_cast<std::size_t>(std::max(0, ready)) + 1;
      if (by_ready_.size() < places) by_ready_.resize(places);
      by_ready_[places - 1] += static_cast<double>(moment.late + moment.shed) -
                               run.capacity.late_alone * static_cast<double>(moment.arrivals);
      all_ += static_cast<double>(moment.arrivals);
    }
  }

  /// Of all requests, those missed with `replicas` or more.
  [[nodiscard]] double share_with(int replicas) const {
    double missed = 0;
    for (auto i = static_cast<std::size_t>(replicas); i < by_ready_.size(); ++i)
      missed += by_ready_[i];
    return all_ > 0 ? missed / all_ : 0;
  }
  /// The most that were ready for long enough.
  [[nodiscard]] int most() const { return static_cast<int>(by_ready_.size()) - 1; }

 private:
  std::vector<double> by_ready_;
  double all_ = 0;
};

/// It misses too much by itself, or did so while the replicas that were ready could carry more.
bool more_cannot_help(const ServiceRun& run, const Missed& missed) {
  const double permitted = run.policy.objective.permitted_misses();
  if (run.capacity.late_alone > permitted) return true;
  const auto shortfall = worst_shortfall(run, {});
  return missed.share_with(0) > permitted && shortfall && !shortfall->wanted_replicas();
}

}  // namespace

FixedFleet fixed_fleet(const ServiceRun& run, std::span<const Arrivals> arrivals,
                       const Station& station) {
  if (std::ranges::all_of(arrivals, [](const Arrivals& some) { return some.count == 0; }))
    return {{}, "there were no requests"};
  const auto estimate = smallest_fixed_fleet(arrivals, station);
  if (!estimate) return {{}, "nothing is known of a replica's capacity"};
  const Missed missed(run);
  if (more_cannot_help(run, missed)) return {{}, "more replicas cannot help"};
  const int least = std::max(*estimate, run.policy.replicas.min);
  int replicas = least;
  while (missed.share_with(replicas) > station.permitted) ++replicas;
  if (replicas > least && replicas > missed.most())
    return {{},
            fmt::format("with {} replicas ready {} of all requests were missed, which the learned "
                        "capacity does not explain",
                        missed.most(), share_text(missed.share_with(missed.most())))};
  return {replicas, {}};
}

}  // namespace headroom::report
