// Made traffic: the rate over time as a factor on a base, for where no recorded trace is at hand.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/result.h"
#include "core/time.h"
#include "load/schedule.h"

namespace headroom::load {

enum class Shape : std::uint8_t { day, ramp, ramp_flash };

struct ShapeName {
  std::string_view name;
  Shape shape;
};
inline constexpr std::array shape_names{ShapeName{"day", Shape::day},
                                        ShapeName{"ramp", Shape::ramp},
                                        ShapeName{"ramp-flash", Shape::ramp_flash}};

[[nodiscard]] std::optional<Shape> parse_shape(std::string_view name);

struct Made {
  Shape shape = Shape::day;
  double base_per_s = 0;
  Duration length{};
  std::uint64_t seed = 1;  // of the noise
};

/// day: the World Cup's web site on 15 June 1998, 08:30 to 15:00 UTC, drawn by hand: a quiet
/// morning that rises to the base, a crowd that doubles the rate within 29 of the 390 minutes, 6.3
/// times the base at its height, its end; 2.5% of noise a minute. ramp: from the base straight up
/// to 12.5 times of it and straight back, half of the time each; no noise. ramp-flash: the base, a
/// ramp up to twice of it, at once five times the base, a ramp down, the base; 5% of noise.
[[nodiscard]] Result<RateCurve> make_traffic(const Made& made);

/// The shortest time within which the rate of a curve doubles, from a tenth of its mean or more;
/// as exact as its bins are long. Nothing when it never does. O(n log n).
[[nodiscard]] std::optional<Duration> fastest_doubling(const RateCurve& curve);

}  // namespace headroom::load
