// Several runs of the same as one score.
#include "prove/score.h"

#include <algorithm>
#include <cmath>

namespace headroom::prove {

void Score::add(const Score& other) {
  const double all = requests + other.requests;
  const double share = all > 0 ? other.requests / all : 0;
  const auto mix = [share](double& mine, double others) { mine += share * (others - mine); };
  mix(p50_s, other.p50_s);
  mix(p95_s, other.p95_s);
  mix(p99_s, other.p99_s);
  mix(p999_s, other.p999_s);
  runs += other.runs;
  scored_s += other.scored_s;
  requests = all;
  shed += other.shed;
  failed += other.failed;
  late += other.late;
  late_alone += other.late_alone;
  replica_seconds += other.replica_seconds;
  scale_out += other.scale_out;
  scale_in += other.scale_in;
  longest_spell_s = std::max(longest_spell_s, other.longest_spell_s);
  worst_share = std::max(worst_share, other.worst_share);
  replicas_peak = std::max(replicas_peak, other.replicas_peak);
}

Score Score::per_run() const {
  Score one = *this;
  if (runs < 2) return one;
  for (double* sum : {&one.scored_s, &one.requests, &one.shed, &one.failed, &one.late,
                      &one.late_alone, &one.replica_seconds})
    *sum /= runs;
  for (int* count : {&one.scale_out, &one.scale_in})
    *count = static_cast<int>(std::lround(static_cast<double>(*count) / runs));
  one.runs = 1;
  return one;
}

}  // namespace headroom::prove
