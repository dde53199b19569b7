// What a run cost and what it missed.
#pragma once

#include <cstdint>

namespace headroom::prove {

/// Over the scored seconds of a run, or of several. Counts of requests are means where the plant is
/// fluid.
struct Score {
  int runs = 0;
  double scored_s = 0;
  double requests = 0;
  double shed = 0;        // waited longer than the world's patience
  double failed = 0;      // their replica ended under them
  double late = 0;        // over the objective because they had to wait
  double late_alone = 0;  // over the objective by their service time alone: missed, too, but not
                          // for want of replicas, as no number of them prevents it
  double replica_seconds = 0;  // starting, ready and draining ones
  int scale_out = 0;           // changes of the wanted number
  int scale_in = 0;
  // For want of replicas (prove/spells.h):
  double longest_spell_s = 0;  // longest run of 10 s windows with more than 1% missed
  double worst_share = 0;    // missed in the worst five minutes, of the requests that came in them
  double replicas_peak = 0;  // most that were paid for at once
  double p50_s = 0;          // latency of answered requests
  double p95_s = 0;
  double p99_s = 0;
  double p999_s = 0;

  /// Another run of the same: counts add up, the longest spell, the worst five minutes and the
  /// highest peak stay, and the quantiles become means weighted by requests.
  void add(const Score& other);
  /// One run on average: what adds up is divided by the number of runs.
  [[nodiscard]] Score per_run() const;

  /// Missed as a client counts it, and as `report` and `load` do: whatever the cause.
  [[nodiscard]] double missed() const { return wanting() + late_alone; }
  [[nodiscard]] double missed_share() const { return requests > 0 ? missed() / requests : 0; }
  /// Missed for want of replicas: what a policy can do something about, and is compared by.
  [[nodiscard]] double wanting() const { return shed + failed + late; }
  [[nodiscard]] double wanting_share() const { return requests > 0 ? wanting() / requests : 0; }
  [[nodiscard]] double replica_hours() const { return replica_seconds / 3600; }
  [[nodiscard]] double replicas_mean() const {
    return scored_s > 0 ? replica_seconds / scored_s : 0;
  }
};

}  // namespace headroom::prove
