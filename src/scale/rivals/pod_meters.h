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

  /// The replicas of the last add(), which `seen` must be of, as pods: starting ones run but are
  /// not ready, draining ones are deleted, and one that was not there at two readings has no
  /// sample. None when the last second was not seen.
  void pods(double at_s, const scale::ServiceSeen& seen, std::vector<HpaPod>& out) const;

 private:
  /// A counter of CPU time: what is touched each second.
  struct Counter {
    std::string id;
    double core_s = 0;
    double known_s = 0;  // seconds that went into it
  };
  struct Sample {
    double at_s = -1;
    double cores = -1;  // negative: none
  };
  struct Readings {
    double core_s = 0;  // the counter when it was last read
    double known_s = 0;
    bool any = false;
    Sample newest;
    Sample before;
  };
  void follow(const std::vector<scale::ReplicaSeen>& replicas);
  void read(double at_s);

  Signal signal_;
  Every reading_;
  bool seen_ = false;                   // the last second
  std::vector<Counter> counters_;       // in the order of the replicas
  std::vector<Readings> readings_;      // likewise
  std::vector<Counter> next_counters_;  // kept for their memory
  std::vector<Readings> next_readings_;
};

}  // namespace headroom::rivals
