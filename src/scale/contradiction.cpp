// The balance of requests over the last seconds.
#include "scale/contradiction.h"

#include <fmt/format.h>

#include <algorithm>

#include "scale/need.h"

namespace headroom::scale {
namespace {

/// Requests in flight are known as a mean of the tick, which a sudden change halves.
constexpr double ratio = 2;
constexpr double slack = 20;

}  // namespace

double requests_there(const ServiceSeen& seen) {
  double in_flight = 0;
  for (const auto& replica : seen.replicas) in_flight += static_cast<double>(replica.in_flight);
  return std::max(in_flight, seen.concurrency) + static_cast<double>(seen.waiting);
}

std::string contradiction(std::span<const OutcomeSample> outcomes) {
  double came = 0;
  double ended = 0;
  double length_s = 0;
  auto at = outcomes.size();
  for (; at > 0 && outcomes[at - 1].there >= 0; --at) {
    came += outcomes[at - 1].came;
    ended += outcomes[at - 1].ended + outcomes[at - 1].left;
    length_s += outcomes[at - 1].seconds;
  }
  // The oldest tick that is known only says how many were there when the next one began.
  if (outcomes.size() - at < 2) return {};
  const OutcomeSample& first = outcomes[at];
  came -= first.came;
  ended -= first.ended + first.left;
  length_s -= first.seconds;
  const double in = first.there + came;
  const double out = ended + outcomes.back().there;
  if (out <= ratio * in + slack && in <= ratio * out + slack) return {};
  return fmt::format("of {} requests that came or were there within {} s, {} ended or are there",
                     brief(in), brief(length_s), brief(out));
}

}  // namespace headroom::scale
