// The real clocks. The only place where the time of day is read.
#pragma once

#include <time.h>

#include "core/time.h"

namespace headroom::io {

[[nodiscard]] inline Instant monotonic_now() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return Instant(Duration(t.tv_sec * 1'000'000'000LL + t.tv_nsec));
}

[[nodiscard]] inline WallTime wall_now() {
  timespec t{};
  clock_gettime(CLOCK_REALTIME, &t);
  return wall_from_unix_ns(t.tv_sec * 1'000'000'000LL + t.tv_nsec);
}

[[nodiscard]] inline Now now() {
  return {wall_now(), monotonic_now()};
}

}  // namespace headroom::io
