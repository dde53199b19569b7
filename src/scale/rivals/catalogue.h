// The rivals by name, each with the two settings that a comparison sweeps.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "core/result.h"
#include "scale/rivals/autoscaler.h"

namespace headroom::rivals {

/// What is swept, in units that are the same for all.
struct Setting {
  double target = 0.7;        // share of a replica's capacity that is to be used, in (0, 1]
  double stabilise_s = 300;   // how long a fall is held back, by the rival's own documented knob
  bool fresh_signal = false;  // headroom's signal of one second instead of the rival's own
};

/// What a setting is translated with.
struct ServiceShape {
  int slots = 8;           // requests that a replica works on at once
  double service_s = 0.1;  // mean time of one
  int min = 1;             // replicas
  int max = 10;
};

[[nodiscard]] std::span<const std::string_view> names();

/// A fresh rival. Errors: an unknown name (with the nearest known one), a setting or a shape that
/// makes no sense.
[[nodiscard]] Result<std::unique_ptr<Autoscaler>> make(std::string_view name,
                                                       const Setting& setting,
                                                       const ServiceShape& shape);

}  // namespace headroom::rivals
