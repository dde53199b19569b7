// The weight of replicas that have just become ready.
#include "protect/balance.h"

#include <algorithm>

namespace headroom::protect {

double slow_start_weight(Duration age, Duration window) {
  if (age >= window) return 1.0;
  return std::clamp(seconds(age) / seconds(window), 0.1, 1.0);
}

}  // namespace headroom::protect
