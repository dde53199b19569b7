// When a replica that keeps failing is left out for a while, and when it may come back.
#pragma once

#include <cstdint>

#include "core/time.h"

namespace headroom::protect {

struct OutlierRule {
  std::int32_t failures_max = 5;            // in a row
  Duration base = std::chrono::seconds(2);  // first ejection; the n-th lasts n times it
  Duration longest = std::chrono::seconds(30);
};

/// The passive health of one replica, as plain values: the gateway keeps them in atomics.
struct Health {
  std::int32_t failures = 0;   // in a row
  std::int32_t ejections = 0;  // forgiven one by one by successes after an ejection
  Instant ejected_until{};

  [[nodiscard]] bool ejected(Instant now) const { return now < ejected_until; }
  bool operator==(const Health&) const = default;
};

/// The health after one more attempt that ended at `now`.
[[nodiscard]] Health after_attempt(const OutlierRule& rule, Health health, bool failed,
                                   Instant now);

/// With this share of replicas left out or more, nobody is: the fault is then elsewhere, and
/// sending everything to the few left would only break them too.
[[nodiscard]] constexpr bool panic(std::size_t ejected, std::size_t count) {
  return ejected * 2 > count;
}

}  // namespace headroom::protect
