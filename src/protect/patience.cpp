// Waiting weighed against the objective.
#include "protect/patience.h"

#include <algorithm>

namespace headroom::protect {
namespace {

constexpr std::int64_t weight_max = 32;

}  // namespace

void ServiceTime::record(Duration took) {
  weight_ = std::min(weight_ + 1, weight_max);
  mean_ += (took - mean_) / weight_;
}

Duration patience(Duration objective, Duration service_time) {
  return std::max(objective - service_time, objective / 4);
}

Duration expected_wait(std::size_t before, std::size_t places, Duration service_time) {
  if (places == 0) return {};
  return service_time * before / places;
}

}  // namespace headroom::protect
