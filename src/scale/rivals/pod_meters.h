// The CPU of each replica as metrics-server knows it: a difference of two readings of its counter.
#pragma once

#include <string>
#include <vector>

#include "scale/observation.h"
#include "scale/rivals/hpa_metrics.h"
#include "scale/rivals/signal.h"

namespace headroom::rivals {

/// One counter for each replica. Requires a signal whose window is the time between two readings
/// and whose delay is not longer than that. Allocates only when replicas come.
class PodMeters {
 public:
  explicit PodMeters(const Signal& signal);

  void add(double at_s, double dt_s, const scale::ServiceSeen& seen);
  void add_unseen(double at_s);

  /// The replicas of the last add() as pods: starting ones run but are not ready, draining ones
  /// are deleted, and one that was not there at two readings has no sample.
  void pods(double at_s, std::vector<HpaPod>& out) const;

 private:
  struct Sample {
    double at_s = -1;
    double cores = -1;  // negative: none
    [[nodiscard]] bool known() const { return cores >= 0; }
  };
  struct Pod {
    std::string id;
    scale::Phase phase{};
    double start_s = 0;
    double ready_s = 0;  // when it became ready
    double core_s = 0;   // the counter
    double known_s = 0;  // seconds that went into it
    double read_core_s = 0;
    double read_known_s = 0;
    bool was_read = false;
    Sample newest;
    Sample before;
  };
  void follow(const std::vector<scale::ReplicaSeen>& replicas);
  void read(double at_s);

  Signal signal_;
  Every reading_;
  std::vector<Pod> pods_;
  std::vector<Pod> next_;  // kept for its memory
};

}  // namespace headroom::rivals
