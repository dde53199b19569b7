// What a run cost and what it missed.
#pragma once

#include <cstdint>

namespace headroom::prove {

/// Over the scored seconds of a run. Counts of requests are means where the plant is fluid.
struct Score {
  double requests = 0;
  double shed = 0;        // waited longer than the world's patience
  double failed = 0;      // their replica ended under them
  double late = 0;        // over the objective because they had to wait
  double late_alone = 0;  // over the objective by their service time alone: no number of replicas
                          // prevents these, so they are not among the missed
  double replica_seconds = 0;  // starting, ready and draining ones
  int scale_out = 0;           // changes of the wanted number
  int scale_in = 0;
  double recovery_s = 0;  // longest run of 10 s windows with more than 1% missed
  double p50_s = 0;       // latency of answered requests
  double p95_s = 0;
  double p99_s = 0;
  double p999_s = 0;

  /// Another run of the same: counts add up, the longest recovery stays, and the quantiles become
  /// means weighted by requests.
  void add(const Score& other);

  [[nodiscard]] double missed() const { return shed + failed + late; }
  [[nodiscard]] double missed_share() const { return requests > 0 ? missed() / requests : 0; }
  [[nodiscard]] double replica_hours() const { return replica_seconds / 3600; }
};

}  // namespace headroom::prove
