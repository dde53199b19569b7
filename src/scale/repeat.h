// What comes again: what followed within the lead time, on past days, about this time of day, from
// a level like this one. Learned in minutes, proved before it is believed, met before it comes.
#pragma once

#include <cstdint>
#include <optional>

#include "scale/model.h"
#include "scale/need.h"

namespace headroom::scale {

/// One tick as the past days are asked about it.
struct RepeatTick {
  std::int64_t minute = 0;  // of local time, since the Unix epoch, in which it ends
  double per_second = 0;    // demand now, not evened out for longer than 30 s
  double mean_of_30s = 0;
  double tick_s = 0;
  double lead_s = 0;
  double permitted = 0;  // share of requests that may be missed
  bool tells = true;     // what comes of it says something of the service: no roll-out, no incident
};

/// Takes in one tick, and leaves what is to be expected in `repeat.expected_per_second`. A clock
/// that goes back by up to two hours (at the end of summer time, or set right) repeats minutes;
/// what one that was further ahead told of later minutes is forgotten.
void learn_repeat(const RepeatTick& tick, Repeat& repeat);

/// After a tick without evidence: what was foretold stays for one lead time.
void pass_over(double tick_s, double lead_s, Repeat& repeat);

/// Minutes since the Unix epoch by the clocks that the service's calendar goes by, else UTC.
[[nodiscard]] std::int64_t local_minute(const ServicePolicy& policy, WallTime wall);

/// That of the clocks that the service's calendar goes by: the first that is not UTC.
[[nodiscard]] spec::Zone zone_of(const ServicePolicy& policy);

/// What is expected to come again, with all of the staffing for chance; nothing where nothing is.
[[nodiscard]] std::optional<Need> repeat_need(const ServicePolicy& policy,
                                              const ServiceModel& model, Explain explain);

}  // namespace headroom::scale
