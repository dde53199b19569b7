// Time as values: instants of two clocks that cannot be read from the pure half.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace headroom {

using Duration = std::chrono::nanoseconds;

/// Elapsed time since an arbitrary start; never jumps. For windows, timers, timeouts.
/// It has no now(): code that needs the time must be given it (see io/clock.h for the real one).
struct Monotonic {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<Monotonic>;
  static constexpr bool is_steady = true;
};
using Instant = Monotonic::time_point;

/// Civil time, nanoseconds since the Unix epoch; may jump. For calendars, journals, people.
struct Calendar {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<Calendar>;
  static constexpr bool is_steady = false;
};
using WallTime = Calendar::time_point;

/// One reading of both clocks, taken together.
struct Now {
  WallTime wall;
  Instant elapsed;
  auto operator<=>(const Now&) const = default;
};

[[nodiscard]] constexpr double seconds(Duration d) {
  return std::chrono::duration<double>(d).count();
}

[[nodiscard]] constexpr double milliseconds(Duration d) {
  return seconds(d) * 1e3;
}

/// The duration nearest to `s` seconds, saturating at about ±146 years.
[[nodiscard]] constexpr Duration from_seconds(double s) {
  constexpr double limit_s = 4.6e9;
  if (s > limit_s) s = limit_s;
  if (s < -limit_s) s = -limit_s;
  return Duration(static_cast<std::int64_t>(s * 1e9 + (s < 0 ? -0.5 : 0.5)));
}

[[nodiscard]] constexpr std::int64_t unix_ns(WallTime t) {
  return t.time_since_epoch().count();
}

[[nodiscard]] constexpr WallTime wall_from_unix_ns(std::int64_t ns) {
  return WallTime(Duration(ns));
}

}  // namespace headroom
