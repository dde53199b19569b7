// Waiting weighed against the objective.
#include "protect/patience.h"

#include <algorithm>

namespace headroom::protect {
namespace {

constexpr std::int64_t weight_max = 32;
constexpr std::size_t kept_busy_by = 2;

}  // namespace

void ServiceTime::record(Duration took) {
  weight_ = std::min(weight_ + 1, weight_max);
  mean_ += (took - mean_) / weight_;
}

Duration patience(Duration objective, Duration service_time) {
  return std::max(objective - service_time, objective / 4);
}

Duration Crowd::expected_wait() const {
  if (places == 0) return {};
  return service_time * before / places;
}

bool in_vain(const Crowd& crowd, Duration patience_left) {
  const Duration wait = crowd.expected_wait();
  if (2 * wait > patience_left) return true;
  return crowd.standing > patience_left && crowd.before >= kept_busy_by && 8 * wait > patience_left;
}

}  // namespace headroom::protect
