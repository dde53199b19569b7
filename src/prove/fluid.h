// The fluid plant: each second by formulas, for sweeps over many days and settings.
#pragma once

#include <cstdint>
#include <vector>

#include "prove/arrivals.h"
#include "prove/backlog.h"
#include "prove/fleet.h"
#include "prove/fluid_view.h"
#include "prove/latencies.h"
#include "prove/physics.h"
#include "prove/queueing.h"
#include "prove/stay.h"
#include "prove/tally.h"

namespace headroom::prove {

/// Requests are a fluid: what arrives in a second joins one queue at the front door and is taken
/// on in its order by places at replicas as they become free. The physics and their sources are
/// in docs/concepts/simulation.md.
class FluidPlant final : public Physics {
 public:
  FluidPlant(const Scenario& scenario, std::uint64_t seed);

  void live(std::size_t second) override;
  void leave_out_outcomes() override { view_.leave_out_outcomes(); }
  [[nodiscard]] const scale::ServiceSeen& seen() const override { return seen_; }
  void want(int replicas) override;
  [[nodiscard]] Score score() override;

 private:
  /// What the replicas can do in this second.
  struct Capacity {
    double places = 0;         // requests that can be worked on at once; the mean over the second
    double stretch = 1;        // time at a replica ÷ time alone: contention
    double slowness = 1;       // places ÷ full_places: contention, neighbours, pauses
    double full_places = 0;    // as many that work undisturbed do the same
    double under_way = 0;      // of full_places, taken at the end by requests of earlier seconds
    double mean_per_s = 0;     // requests that can be taken on
    double per_s = 0;          // and as chance has it
    double surplus_per_s = 0;  // of those, ended sooner than expected within the second
    double wait_s = 0;         // mean of what chance within the second adds for those who wait
  };
  /// What chance within a second does to those who find no backlog.
  struct Chance {
    double share = 0;   // that have to wait
    double wait_s = 0;  // mean of those who do
    double late = 0;    // share of all that is late because of it
    double count = 0;   // of requests that met it, in the scored seconds
  };
  void live_fleet();
  [[nodiscard]] Capacity capacity() const;
  void take_chance(Capacity& can, double there);
  [[nodiscard]] double wait_by_chance(double full_places, double utilisation) const;
  void serve(Capacity& can);
  /// Returns when within the second the backlog is gone; 1 when it is not.
  [[nodiscard]] double serve_backlog(const Capacity& can);
  void serve_arrivals(const Capacity& can, double clear_at);
  void serve_at_once(const Capacity& can, double count);
  [[nodiscard]] Chance chance(const Capacity& can, int servers, double utilisation);
  /// The same for replicas that nothing slows down, to a 1024th of utilisation, from a table.
  [[nodiscard]] Chance& known_chance(const Capacity& can, int servers, double utilisation);
  void add_latencies(const Chance& found, double stretch, double count);
  /// Takes on `count` requests whose wait goes evenly from `from_s` to `to_s`.
  void take_on(const Capacity& can, double count, double from_s, double to_s);

  const Workload& workload_;
  const World& world_;
  scale::ServiceSeen seen_;
  Fleet fleet_;
  Arrivals arrivals_;
  Dice dice_;
  AloneTime alone_;
  LateTable late_table_;
  ErlangC erlang_;
  Stay stay_;
  Backlog backlog_;
  Latencies latencies_;
  Tally tally_;

  double late_alone_share_;
  bool contended_;
  double service_s_;
  double per_share_left_;
  double per_unknown_share_;
  double completion_variance_ = 1;  // of completions in a second, ÷ their mean
  double turnover_variance_ = 1;    // its part that comes from requests of that second
  double wait_factor_ = 1;
  double inner_ = 1;
  double usual_slowness_ = 1;
  std::vector<std::vector<Chance>> chances_;  // by servers, by utilisation; share -1: not yet
  FluidView view_;

  // The second that is lived through.
  double now_s_ = 0;
  Second second_;
  double started_ = 0;
  double waited_s_ = 0;      // sum over the started
  double chance_queue_ = 0;  // of those that found no backlog, time-mean
  double queue_share_ = 0;   // that met one
  double surplus_ = 0;       // of the started, in places that became free sooner than expected
  double saturated_ = 0;     // share of the second with someone waiting: all places are taken
  bool scoring_ = false;
  double utilisation_ = 0;  // of the last seconds
  int ready_before_ = 0;
};

}  // namespace headroom::prove
