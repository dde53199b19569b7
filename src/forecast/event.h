// Demand that is announced: from when, for how long, and how many times the usual.
#pragma once

#include <span>

#include "forecast/quantiles.h"

namespace headroom::forecast {

struct Event {
  double begin_s = 0;
  double length_s = 0;
  double multiple = 1;  // of what would come without it; above 0
  double spread = 0;    // 0.5: nine times in ten within multiple ÷ 1.5 and multiple × 1.5
};

/// What all events together make of demand within [begin_s, end_s), on average over it; their
/// spreads add up as independent ones do.
struct Announced {
  double multiple = 1;
  double spread_log = 0;  // standard deviation of the multiple's logarithm
};
[[nodiscard]] Announced announced(std::span<const Event> events, double begin_s, double end_s);

/// Quantiles of demand × the multiple, both uncertain and independent of each other. The median is
/// exact where either is certain, the others too; else as for logarithms that are normal.
[[nodiscard]] Quantiles with_event(const Quantiles& quantiles, const Announced& event);

}  // namespace headroom::forecast
