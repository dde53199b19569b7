// Ejection after failures in a row, with growing absence.
#include "protect/outlier.h"

#include <algorithm>

namespace headroom::protect {

Health after_attempt(const OutlierRule& rule, Health health, bool failed, Instant now) {
  if (!failed) {
    health.failures = 0;
    if (health.ejections > 0) --health.ejections;
    return health;
  }
  // Attempts that were under way when it was ejected do not eject it again.
  if (health.ejected(now)) return health;
  if (++health.failures < rule.failures_max) return health;
  health.failures = 0;
  ++health.ejections;
  health.ejected_until = now + std::min(rule.longest, rule.base * health.ejections);
  return health;
}

}  // namespace headroom::protect
