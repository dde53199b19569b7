// Several runs of the same as one score.
#include "prove/score.h"

#include <algorithm>

namespace headroom::prove {

void Score::add(const Score& other) {
  const double all = requests + other.requests;
  const double share = all > 0 ? other.requests / all : 0;
  const auto mix = [share](double& mine, double others) { mine += share * (others - mine); };
  mix(p50_s, other.p50_s);
  mix(p95_s, other.p95_s);
  mix(p99_s, other.p99_s);
  mix(p999_s, other.p999_s);
  requests = all;
  shed += other.shed;
  failed += other.failed;
  late += other.late;
  late_alone += other.late_alone;
  replica_seconds += other.replica_seconds;
  scale_out += other.scale_out;
  scale_in += other.scale_in;
  recovery_s = std::max(recovery_s, other.recovery_s);
}

}  // namespace headroom::prove
